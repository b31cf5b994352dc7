#!/usr/bin/env bash
# Manual pages and completion say what the option tables say.
. "$SOURCE/tests/cli/lib.sh"

case_is 'one page per command, one line per option'
expect_exit 0 "$ATTUNE" manual man
for command in $(sed -n 's/^COMMAND(\(.*\))$/\1/p' "$SOURCE/cli/commands.def"); do
    [ -s "man/attune-$command.1" ] || fail "no page of $command"
    "$ATTUNE" "$command" --help | grep -oE '^  --[a-z-]+' | tr -d ' ' | sort -u >options
    sed -nE 's/^\.B (\\-\\-[a-z\\-]+).*/\1/p' "man/attune-$command.1" | tr -d '\\' | sort -u >documented
    expect_same options documented
    expect_in man/attune.1 "attune\\-$command"
done
if command -v man >/dev/null && command -v groff >/dev/null; then
    for page in man/*.1; do
        man --warnings -l "$page" >/dev/null 2>warnings
        [ -s warnings ] && fail "$page: $(head -n 1 warnings)"
    done
fi

case_is 'prose is filled, examples stand as they are'
awk '/^\.nf$/ {verbatim = 1; next} /^\.fi$/ {verbatim = 0; next}
    verbatim != /^ / && !/^\.(PP|SH)/ && inside {print FILENAME ": " $0}
    /^\.SH/ {inside = /DESCRIPTION/}' man/*.1 >mixed
[ -s mixed ] && fail "$(head -n 1 mixed)"

case_is 'docs/metrics.md is of these metrics and versions'
grep -E '^###|, version ' man/metrics.md >now
grep -E '^###|, version ' "$SOURCE/docs/metrics.md" >written
cmp -s now written || fail 'made of other metrics or versions: attune audit --pieces 50 --format json >a.json;' \
    'attune manual DIR --audit a.json; then copy DIR/metrics.md and DIR/metrics/'
for picture in $(sed -nE 's/^!\[.*\]\((.*)\)$/\1/p' "$SOURCE/docs/metrics.md"); do
    [ -s "$SOURCE/docs/$picture" ] || fail "no $picture"
done

case_is 'the card of an audit: a picture and what was promised'
if command -v gnuplot >/dev/null; then
    "$ATTUNE" audit --metrics harmonic.key_clarity --quick --pieces 2 --format json >audit.json
    expect_exit 0 "$ATTUNE" manual carded --audit audit.json
    expect_in carded/metrics.md '![Key clarity over the dose of each damage](metrics/harmonic.key_clarity.svg)'
    expect_in carded/metrics.md '| random notes | notes | -'
    expect_in carded/metrics.md 'unmoved, as promised, by:** transposed up, '
    expect_in carded/metrics/harmonic.key_clarity.svg 'random notes'
    [ "$(ls carded/metrics)" = harmonic.key_clarity.svg ] || fail "more than pictures: $(ls carded/metrics)"
    printf '{"metrics": [' >broken.json
    expect_exit 3 "$ATTUNE" manual broken --audit broken.json
    expect_in err 'broken.json:1'
fi

case_is 'bash completes commands, words, options and choices'
"$ATTUNE" completion bash >attune.bash
complete_line() { # WORD...: the candidates for the last one
    bash -c '. ./attune.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _attune
        printf "%s\n" "${COMPREPLY[@]}"' _ "$@" | tr '\n' ' '
}
complete_line attune leaderb | grep -qx 'leaderboard ' || fail 'a command'
complete_line attune db ch | grep -qx 'check ' || fail 'a word'
complete_line attune eval --form | grep -qx -- '--format ' || fail 'an option'
complete_line attune eval --format c | grep -qx 'csv ' || fail 'a choice'
complete_line attune run '' | grep -q '[a-z]' && fail 'words where files belong'
complete_line attune db '' | grep -q -- '--' && fail 'options where nobody asked for them'

case_is 'the other shells accept their scripts'
for shell in zsh fish; do
    "$ATTUNE" completion "$shell" >script
    [ -s script ] || fail "$shell: empty"
    ! command -v "$shell" >/dev/null || "$shell" -n script || fail "$shell: syntax"
done
expect_exit 2 "$ATTUNE" completion tcsh
expect_in err 'allowed are bash, zsh, fish'

done_testing
