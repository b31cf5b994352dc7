#!/usr/bin/env bash
# Help, version, usage errors and their exit codes.
. "$SOURCE/tests/cli/lib.sh"

case_is 'version'
expect_exit 0 "$ATTUNE" --version
expect_in out 'attune '

case_is 'help names every command, and every command explains itself'
expect_exit 0 "$ATTUNE" --help
commands=$(sed -n 's/^COMMAND(\(.*\))$/\1/p' "$SOURCE/cli/commands.def")
for command in $commands; do
    expect_in out "  $command "
done
for command in $commands; do
    expect_exit 0 "$ATTUNE" "$command" --help
    expect_in out "usage: attune $command"
    expect_in out '--db FILE'
done

case_is 'mistakes are exit 2 with a guess'
expect_exit 2 "$ATTUNE"
expect_exit 2 "$ATTUNE" lst
expect_in err "did you mean \`attune list\`?"
expect_exit 2 "$ATTUNE" list --formt json metrics
expect_in err "did you mean '--format'?"
expect_exit 2 "$ATTUNE" list --format xml metrics
expect_in err 'allowed are table|json'
expect_exit 2 "$ATTUNE" list --jobs 0 metrics
expect_in err 'from 1 to 256'
expect_exit 2 "$ATTUNE" list
expect_exit 2 "$ATTUNE" list metrics models

case_is 'a closed pipe is a write error, not a crash'
"$ATTUNE" --help >/dev/full 2>err
[ $? -eq 3 ] || fail 'writing to a full device should exit 3'

done_testing
