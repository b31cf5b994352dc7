# Sourced by every tests/cli/tNNNN-*.sh: a scratch directory, and a few ways to say what is expected.
# From the environment: ATTUNE (the program), SOURCE (the tree), BUILD (the build directory).
set -u
scratch=$(mktemp -d "${TMPDIR:-/tmp}/attune-test.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 70
export HOME="$scratch" XDG_CACHE_HOME="$scratch/cache" ATTUNE_DB='' NO_COLOR=1
case_name=''
failures=0

say() { printf '%s\n' "$*" >&2; }
fail() { say "FAIL: $case_name: $*"; failures=$((failures + 1)); }
case_is() { case_name=$*; }

# skip REASON: exit 77, or fail where ATTUNE_TEST_REQUIRE names the thing (first word of REASON).
skip() {
    case ",${ATTUNE_TEST_REQUIRE:-}," in
    *",${1%% *},"*) say "FAIL: required, but $*"; exit 1 ;;
    esac
    say "skipped: $*"
    exit 77
}

# expect_exit CODE COMMAND...: stdout to ./out, stderr to ./err
expect_exit() {
    local want=$1 got
    shift
    "$@" >out 2>err </dev/null
    got=$?
    if [ "$got" -ne "$want" ]; then
        fail "exit $got, expected $want: $*"
        sed 's/^/    /' err >&2
    fi
}

# expect_in FILE TEXT: FILE holds TEXT (fixed string)
expect_in() {
    grep -qF -- "$2" "$1" || { fail "'$2' not in $1:"; head -n 20 "$1" | sed 's/^/    /' >&2; }
}

# expect_not_in FILE TEXT
expect_not_in() {
    ! grep -qF -- "$2" "$1" || fail "'$2' should not be in $1"
}

# expect_same FILE FILE
expect_same() {
    cmp -s "$1" "$2" || { fail "$1 and $2 differ:"; diff "$1" "$2" | head -n 20 | sed 's/^/    /' >&2; }
}

# waited_for FILE: until it is there; false after a minute
waited_for() {
    local i
    for i in $(seq 600); do
        [ -e "$1" ] && return
        sleep 0.1
    done
    return 1
}
# ends PROCESS: a child of this shell, within a minute; its exit code is then in $ended. Killed otherwise.
ends() {
    local i
    for i in $(seq 600); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    kill -9 "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    ended=$?
    [ "$ended" -ne 137 ]
}

done_testing() {
    [ "$failures" -eq 0 ] || exit 1
    exit 0
}
