#!/usr/bin/env bash
# Figures: all kinds in all formats, hostile names, redrawn by gnuplot alone, and gnuplot missing.
. "$SOURCE/tests/cli/lib.sh"
make="$BUILD/tests/synth_store"
[ -x "$make" ] || skip 'synth_store was not built'
command -v gnuplot >/dev/null || skip 'gnuplot is not installed'

"$make" a.db 6 24 2 12 hostile >/dev/null || exit 70

case_is 'every kind in every format, with script and data beside it'
kinds='leaderboard heatmap radar scatter distribution paired performance-profile winrate
    critical-difference'
for kind in $kinds; do
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

case_is 'gnuplot alone draws it again, in a folder that holds script and data only'
mkdir alone
for kind in $kinds; do
    "$ATTUNE" plot $kind --db a.db --out "figures/$kind.svg" >/dev/null
    cp "figures/$kind.gp" "figures/$kind.dat" alone
    (cd alone && expect_exit 0 gnuplot "$kind.gp" && expect_same "$kind.svg" "../figures/$kind.svg")
    [ -s "alone/$kind.svg" ] || fail "$kind: not drawn again"
done

case_is 'type of 7 pt or more in a picture one column wide'
expect_in figures/radar.svg 'font-size="14'
expect_in figures/radar.svg 'width="476"'

case_is 'one model, two models, thirty'
for n in 1 2 30; do
    rm -f many.db*
    "$make" many.db $n 12 1 9 hostile >/dev/null
    for kind in $kinds; do
        case $n-$kind in
        1-paired | 1-critical-difference) "$ATTUNE" plot $kind --db many.db >out 2>err
            expect_in err 'attune: ' ;;
        *) expect_exit 0 "$ATTUNE" plot $kind --db many.db --out "many/$n-$kind.svg"
           [ -s "many/$n-$kind.svg" ] || fail "no picture of $n models: $kind" ;;
        esac
        grep -q "[Ww]arning" err && fail "$n $kind: $(cat err)"
    done
done

case_is 'models by name or glob, metrics in the order asked for'
expect_exit 0 "$ATTUNE" plot scatter 'model-*' --db many.db --metrics reward.score,harmonic.key_clarity \
    --out s.svg
expect_in s.gp "set xlabel 'Reward"
expect_in s.dat 'model-none6'
expect_not_in s.dat 'a_b%'
expect_exit 0 "$ATTUNE" plot scatter --by-prompt --db many.db --out s.svg
expect_exit 0 "$ATTUNE" plot paired model-none6 model-sft10 --db many.db --out s.svg
expect_in s.gp "'model-none6' 0, 'model-sft10' 1"
expect_exit 2 "$ATTUNE" plot radar model-none66 --db many.db
expect_in err "did you mean 'model-none6'?"
expect_exit 2 "$ATTUNE" plot radar --metrics reward.score --db many.db
expect_exit 2 "$ATTUNE" plot paired 'model-*' --db many.db

case_is 'a profile by hand: shares fall from 1 to 0, the band holds the share'
"$ATTUNE" plot performance-profile --db a.db --out figures/profile.svg >/dev/null
awk -F'\t' '/^#/ {if (n && y != 0) bad = 1; y = 1; n = 0; next} NF == 4 {
    if (!n++ && $2 != 1) bad = 1; if ($2 > y || $3 > $2 || $4 < $2) bad = 1; y = $2
} END {exit bad || y != 0}' figures/profile.dat || fail 'profile'

case_is 'a name that a shell or gnuplot would read as a command is a name'
expect_exit 0 "$ATTUNE" plot leaderboard --db a.db --out "it's \`touch bad\` \$x%d.png"
[ -s "it's \`touch bad\` \$x%d.png" ] || fail 'no picture'
[ ! -e bad ] || fail 'a command was run'

case_is 'without gnuplot the message names the package, and the script is there'
expect_exit 6 env PATH=/nonexistent "$ATTUNE" plot heatmap --db a.db --out lone.svg
expect_in err 'gnuplot is not installed'
expect_in err 'gnuplot-nox'
[ -s lone.gp ] || fail 'no script'
[ -s lone.dat ] || fail 'no data'

case_is 'an old gnuplot: its message, what is needed, and the script'
mkdir bin
printf '#!/bin/sh\necho "line 5: array: invalid command" >&2\nexit 1\n' >bin/gnuplot
chmod +x bin/gnuplot
expect_exit 1 env PATH="$PWD/bin" "$ATTUNE" plot radar --db a.db --out old.svg
expect_in err 'invalid command'
expect_in err 'gnuplot 5.2 or later'
[ -s old.gp ] || fail 'no script'

case_is 'mistakes'
expect_exit 2 "$ATTUNE" plot leaderbord --db a.db
expect_in err "did you mean 'leaderboard'?"
expect_exit 2 "$ATTUNE" plot ssm --db a.db
expect_exit 3 "$ATTUNE" plot ssm nothing.wav --db a.db
expect_exit 2 "$ATTUNE" plot ssm 999999 --db a.db

done_testing
