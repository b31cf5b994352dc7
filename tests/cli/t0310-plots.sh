#!/usr/bin/env bash
# Figures: all kinds in all formats, hostile names, redrawn by gnuplot alone, and gnuplot missing.
. "$SOURCE/tests/cli/lib.sh"
make="$BUILD/tests/synth_store"
[ -x "$make" ] || skip 'synth_store was not built'
command -v gnuplot >/dev/null || skip 'gnuplot is not installed'

"$make" a.db 6 24 2 12 hostile >/dev/null || exit 70

case_is 'a matrix of many models stays within a page, without numbers that would not fit'
"$make" many.db 60 4 1 2 >/dev/null
expect_exit 0 "$ATTUNE" plot winrate --db many.db --out wide.pdf
expect_in out 'of 60 are drawn'
awk '/^set terminal/ {sub(/.*size /, ""); exit !($0 + 0 > 6 && $0 + 0 <= 6.86)}' wide.gp ||
    fail "width: $(grep '^set terminal' wide.gp)"
expect_not_in wide.gp 'with labels'
expect_exit 0 "$ATTUNE" plot winrate --db a.db --out narrow.pdf
expect_in narrow.gp 'with labels'

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

case_is 'a pillar by its bare name'
"$make" pillars.db 3 12 1 16 >/dev/null || exit 70
expect_exit 0 "$ATTUNE" plot paired --db pillars.db --metrics harmony13 --out named.svg
expect_exit 0 "$ATTUNE" leaderboard --db pillars.db --metrics harmony13 --format csv
expect_in out 'pillar.harmony'
expect_not_in out 'pillar.coherence'

case_is 'every kind of one sample, its axes with units; a hostile name is a title'
# Twelve seconds of 220 and 330 Hz in turn with a gap every half second: 8 bits at 8 kHz.
{
    printf 'RIFF\x24\x77\x01\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00'
    printf '\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x00\x77\x01\x00'
    LC_ALL=C awk 'BEGIN {
        for (i = 0; i < 96000; i++) {
            hz = int(i / 16000) % 2 ? 330 : 220
            x = i % 4000 < 3000 ? 60 * sin(6.283185307 * hz * i / 8000) * (1 - i % 4000 / 4000) : 0
            printf "%c", int(128.5 + x)
        }
    }'
} >tone.wav
for kind in ssm scape chromagram tempogram loudness; do
    for format in svg pdf png; do
        expect_exit 0 "$ATTUNE" plot $kind tone.wav --format $format --out "sample/$kind.$format"
        [ -s "sample/$kind.$format" ] || fail "no picture $kind.$format"
        grep -q "[Ww]arning" err && fail "$kind: $(cat err)"
    done
    expect_in "sample/$kind.svg" '(s)'
    expect_in "sample/$kind.svg" 'tone.wav'
done
expect_in sample/tempogram.svg 'tempo (BPM)'
expect_in sample/tempogram.svg 'BPM, bars of'
expect_in sample/loudness.svg 'loudness (LUFS)'
expect_in sample/loudness.svg 'LUFS integrated'
expect_in sample/chromagram.svg 'share of the frame'
awk '$1 == "0.20" && $2 < -3 && $2 > -40 { seen = 1 } END { exit !seen }' sample/loudness.dat ||
    fail 'no momentary loudness at 0.2 s'
evil="a'\`touch bad\`\"\$x%d<b>\\n.wav"
cp tone.wav "$evil"
for kind in chromagram tempogram loudness; do
    expect_exit 0 "$ATTUNE" plot $kind "$evil" --out "sample/evil.svg"
    expect_not_in sample/evil.svg '<b>'
    [ ! -e bad ] && [ ! -e sample/bad ] || fail 'a command was run'
done
expect_exit 3 "$ATTUNE" plot loudness "$SOURCE/tests/cli/t0310-plots.sh"

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

case_is 'letters that no font has are squares, with a word on what helps; others are drawn'
mkdir fonts
printf '#!/bin/sh\necho ":charset=20-7e 4e00-9fff"\n' >fonts/fc-list
chmod +x fonts/fc-list
printf '%s\n' 'model_a,model_b,winner' '東京,한국,a' 'Модель,東京,b' >names.csv
expect_exit 0 env PATH="$PWD/fonts:$PATH" "$ATTUNE" prefs rank names.csv --replicates 9 --plot names.png
expect_in err "no installed font has '한' (U+D55C)"
expect_in err 'install fonts-noto-cjk'
[ "$(grep -c 'hint:' err)" = 1 ] || fail "more than once: $(cat err)"
grep -F '東京' names.gp | grep -F 'Модель' | grep -F '□□' >/dev/null || fail "names: $(grep tics names.gp)"
expect_exit 0 env PATH="$PWD/fonts:$PATH" "$ATTUNE" prefs rank names.csv --replicates 9 --plot names.svg
expect_not_in err 'no installed font'
expect_in names.gp '한국'

case_is 'mistakes'
expect_exit 2 "$ATTUNE" plot leaderbord --db a.db
expect_in err "did you mean 'leaderboard'?"
expect_exit 2 "$ATTUNE" plot ssm --db a.db
expect_exit 3 "$ATTUNE" plot ssm nothing.wav --db a.db
expect_exit 2 "$ATTUNE" plot ssm 999999 --db a.db

done_testing
