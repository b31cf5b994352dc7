# Sourced by ./quickstart and ./check: what attune needs from the distribution, and its installation.
# shellcheck shell=bash
packages_build="build-essential cmake ninja-build pkg-config git libsndfile1-dev libsoxr-dev libfftw3-dev
    libkissfft-dev libebur128-dev libopenblas-dev liblapacke-dev libsqlite3-dev libjansson-dev
    libcyaml-dev libyaml-dev libxxhash-dev zlib1g-dev libfluidsynth-dev"
packages_run="gnuplot-nox timgm6mb-soundfont mma python3"
packages_test="libcmocka-dev sqlite3 python3-numpy"

# install_packages NAME...: says what is missing and installs it; silent when nothing is.
install_packages() {
    local name missing=() installed
    # dpkg-query fails when it has never heard of one of them, which is the case that matters here
    installed=$({ dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true; } |
        sed -n 's/^installed //p')
    for name in "$@"; do
        grep -qxF "$name" <<<"$installed" || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "installing from the distribution: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "error: not root, and sudo is missing" >&2; return 1; }
        as_root=(sudo)
    fi
    local log
    log=$(mktemp)
    if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "error: the packages above could not be installed; the log is $log" >&2
        return 1
    fi
    rm -f "$log"
}

# configure_build PRESET [-DNAME=VALUE...]: configures where that has not been done, else leaves it.
configure_build() {
    local log
    log=$(mktemp)
    if ! cmake --preset "$@" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        echo "error: cmake --preset $* failed" >&2
        return 1
    fi
    sed -n '/^-- attune /,/^-- Configuring/{/Configuring/d;s/^-- //;p}' "$log"
    rm -f "$log"
}
