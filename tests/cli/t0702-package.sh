#!/usr/bin/env bash
# The Debian package: built, installed into an empty root, used from there, removed without a trace.
. "$SOURCE/tests/cli/lib.sh"

command -v cpack >/dev/null || skip 'cpack is missing'
command -v dpkg-shlibdeps >/dev/null || skip 'dpkg is missing (dpkg-dev)'

case_is 'cpack builds it'
cpack -G DEB --config "$BUILD/CPackConfig.cmake" -B "$PWD/package" >log 2>&1 || { cat log >&2; fail 'cpack'; }
deb=$(find package -maxdepth 1 -name 'attune_*.deb')
[ -n "$deb" ] || { fail 'no package'; done_testing; }
dpkg-deb -f "$deb" Depends >depends
expect_in depends libsndfile1
expect_in depends libsqlite3

case_is 'installed into an empty root'
mkdir -p root adm/updates adm/info adm/triggers
touch adm/status adm/available
into() { dpkg --log="$PWD/dpkg.log" --admindir="$PWD/adm" --instdir="$PWD/root" --force-depends --force-not-root \
    --force-script-chrootless --force-bad-path "$@" >log 2>&1; }
into -i "$deb" || { cat log >&2; fail 'dpkg -i'; }
export LD_LIBRARY_PATH=$PWD/root/usr/lib
expect_exit 0 root/usr/bin/attune --version
expect_exit 0 root/usr/bin/attune list suites
expect_in out "$PWD/root/usr/share/attune/fixtures/suites/quick.yaml"
expect_exit 0 root/usr/bin/attune run root/usr/share/attune/fixtures/suites/quick.yaml --limit 2 --only null \
    --db quick.db --quiet
[ -s root/usr/share/man/man1/attune-run.1 ] || fail 'no manual pages'
[ -s root/usr/share/bash-completion/completions/attune ] || fail 'no completion'
[ -s root/usr/share/doc/attune/copyright ] || fail 'no copyright'
grep -rqF "$SOURCE" root/usr/bin root/usr/include root/usr/share && fail 'paths of the build machine in it'

case_is 'removed'
into -P attune || { cat log >&2; fail 'dpkg -P'; }
left=$(find root -type f -o -type l)
[ -z "$left" ] || fail "left behind: $left"

done_testing
