# Sourced after lib.sh by tests of runs: small suites of built-in models that need no training.
export ATTUNE_DB=run.db
prompts='prompts:
  - A calm piano waltz in A minor at 90 BPM
  - A proud brass march in C major at 112 BPM
  - A sad guitar ballad in D minor at 72 BPM'

# small_suite FILE [EXTRA LINES...]: corpus, null and random on three prompts, two metrics
small_suite() {
    local file=$1
    shift
    {
        printf 'suite: small\n%s\nseeds: [1, 2]\nmodels:\n' "$prompts"
        for name in corpus '"null"' random; do
            printf '  - {name: %s, builtin: %s, method: none}\n' "$name" "$name"
        done
        printf 'metrics: [harmonic.key_clarity, temporal.groove_consistency]\n'
        printf '%s\n' "$@"
    } >"$file"
}

query() { sqlite3 "${2:-run.db}" "$1"; }
expect_query() { # SQL EXPECTED [DB]
    local got
    got=$(query "$1" "${3:-run.db}") || fail "query failed: $1"
    [ "$got" = "$2" ] || fail "expected '$2', got '$got': $1"
}
standings() { # DB: means and intervals, without ids and times
    query "SELECT model, metric, mean, ci_low, ci_high, n, n_undefined, rank_low, rank_high
           FROM leaderboard ORDER BY 1, 2" "$1"
}
need() { command -v "$1" >/dev/null || skip "$1 is not installed"; }
