#!/usr/bin/env bash
# Figures: all kinds in all formats, hostile names, redrawn by gnuplot alone, and gnuplot missing.
. "$SOURCE/tests/cli/lib.sh"
make="$BUILD/tests/synth_store"
[ -x "$make" ] || skip 'synth_store was not built'
command -v gnuplot >/dev/null || skip 'gnuplot is not installed'

"$make" a.db 6 24 2 12 hostile >/dev/null || exit 70

case_is 'every kind in every format, with script and data beside it'
for kind in leaderboard heatmap distribution winrate critical-difference; do
    for format in svg pdf png; do
        expect_exit 0 "$ATTUNE" plot $kind --db a.db --format $format --out "figures/$kind.$format"
        expect_in out "figures/$kind.$format"
        [ -s "figures/$kind.$format" ] || fail "no picture $kind.$format"
        [ -s "figures/$kind.gp" ] || fail "no script for $kind"
        [ -s "figures/$kind.dat" ] || fail "no data for $kind"
        grep -q "[Ww]arning" err && fail "$kind: $(cat err)"
    done
    head -c 8 "figures/$kind.png" | grep -q PNG || fail "$kind.png is no PNG"
    head -c 5 "figures/$kind.pdf" | grep -q %PDF- || fail "$kind.pdf is no PDF"
done
expect_not_in figures/leaderboard.svg '<script>alert'

case_is 'gnuplot alone draws it again, in its own folder'
"$ATTUNE" plot leaderboard --db a.db --out figures/again.svg >/dev/null
cp figures/again.svg first.svg
rm figures/again.svg
(cd figures && expect_exit 0 gnuplot again.gp)
expect_same figures/again.svg first.svg

case_is 'a name that a shell or gnuplot would read as a command is a name'
expect_exit 0 "$ATTUNE" plot leaderboard --db a.db --out "it's \`touch bad\` \$x%d.png"
[ -s "it's \`touch bad\` \$x%d.png" ] || fail 'no picture'
[ ! -e bad ] || fail 'a command was run'

case_is 'without gnuplot the message names the package, and the script is there'
expect_exit 6 env PATH=/nonexistent "$ATTUNE" plot heatmap --db a.db --out lone.svg
expect_in err 'gnuplot is not installed'
expect_in err 'gnuplot-nox'
[ -s lone.gp ] || fail 'no script'

case_is 'mistakes'
expect_exit 2 "$ATTUNE" plot leaderbord --db a.db
expect_in err "did you mean 'leaderboard'?"
expect_exit 2 "$ATTUNE" plot ssm --db a.db
expect_exit 3 "$ATTUNE" plot ssm nothing.wav --db a.db
expect_exit 2 "$ATTUNE" plot ssm 999999 --db a.db

done_testing
