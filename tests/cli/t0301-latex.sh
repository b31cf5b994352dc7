#!/usr/bin/env bash
# Tables compile with pdflatex as they are, and inside a paper, also with hostile names.
. "$SOURCE/tests/cli/lib.sh"
make="$BUILD/tests/synth_store"
[ -x "$make" ] || skip 'synth_store was not built'
command -v pdflatex >/dev/null || skip 'pdflatex is not installed'
kpsewhich siunitx.sty booktabs.sty | grep -c . | grep -qx 2 || skip 'pdflatex lacks siunitx or booktabs'

"$make" hostile.db 6 12 1 8 hostile >/dev/null || exit 70
case_is 'alone'
"$ATTUNE" leaderboard --db hostile.db --format latex --metrics '*' >table.tex
expect_exit 0 pdflatex -interaction=nonstopmode -halt-on-error table.tex
grep -E '^! |Missing character' table.log && fail 'pdflatex complains'

case_is 'inside a paper'
printf '%s\n' '\documentclass[twocolumn]{article}' '\usepackage{booktabs,siunitx}' '\begin{document}' 'Before.' \
    '\input{table}' 'After.' '\end{document}' >paper.tex
expect_exit 0 pdflatex -interaction=nonstopmode -halt-on-error paper.tex
[ -s paper.pdf ] || fail 'no PDF'

case_is 'a table higher than a page goes on in another float'
"$make" many.db 45 6 1 6 >/dev/null
expect_exit 0 "$ATTUNE" leaderboard --db many.db --format latex --metrics '*'
cp out many.tex
expect_exit 0 pdflatex -interaction=nonstopmode -halt-on-error many.tex
grep -E 'Float too large|Overfull' many.log && fail 'cut off'
[ "$(grep -c '(continued)}' many.tex)" -ge 1 ] || fail 'not continued'
[ "$(grep -c 'begin{table' many.tex)" = "$(($(grep -c 'addtocounter' many.tex) + 1))" ] || fail 'numbers of the floats'

case_is 'names in any script: code points by pdflatex, letters by LuaTeX'
"$make" script.db 3 6 1 2 >/dev/null
sqlite3 script.db "UPDATE model SET name = '東京 Модель' WHERE id = 1; DELETE FROM leaderboard"
expect_exit 0 "$ATTUNE" leaderboard --db script.db --format latex
cp out script.tex
grep -F '\attunechar{6771}{東}' script.tex >/dev/null || fail 'no letter'
expect_in script.tex '% Names beyond Latin: lualatex or xelatex'
expect_exit 0 pdflatex -interaction=nonstopmode -halt-on-error script.tex
grep -E '^! |Missing character' script.log && fail 'pdflatex complains'
"$make" plain.db 3 6 1 2 >/dev/null
expect_exit 0 "$ATTUNE" leaderboard --db plain.db --format latex
expect_not_in out 'Names beyond Latin'
expect_not_in out '(continued)'
done_testing
