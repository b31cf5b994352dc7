#!/usr/bin/env bash
# libattune as a stranger uses it: installed to a prefix, found by pkg-config and CMake, called from
# C and from Python.
. "$SOURCE/tests/cli/lib.sh"

prefix=$PWD/usr
cmake --install "$BUILD" --prefix "$prefix" >log 2>&1 || { cat log >&2; fail 'cmake --install'; done_testing; }
library=$(find "$prefix" -name libattune.so)
pc=$(dirname "$(find "$prefix" -name attune.pc)")
case $(cat "$BUILD/CMakeCache.txt") in
*ATTUNE_SANITIZE:STRING=[a-z]*) skip 'sanitizers: a sanitized library loads only into sanitized programs' ;;
esac

case_is 'only what attune.h declares is exported'
nm -D --defined-only "$library" | sed -n 's/.* T //p' | grep -v '^_' | sort >exported
grep -oE '\battune_[a-z_]+\(' "$prefix/include/attune.h" | tr -d '(' | sort -u >declared
expect_same exported declared

case_is 'the example, compiled by what pkg-config says'
python3 - <<'PY'
import struct
events = b''.join(b'\x00\x90' + bytes([p, 90]) + b'\x83\x60\x80' + bytes([p, 0])
                  for p in (60, 64, 67, 72, 67, 64, 65, 69, 72, 67, 71, 74, 60, 64, 67, 72))
track = events + b'\x00\xff\x2f\x00'
open('tune.mid', 'wb').write(b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) +
                             b'MTrk' + struct.pack('>I', len(track)) + track)
PY
export PKG_CONFIG_PATH=$pc LD_LIBRARY_PATH=$(dirname "$library")
# shellcheck disable=SC2046
cc -std=c11 -Wall -Wextra -Werror "$SOURCE/lib/example.c" $(pkg-config --define-prefix --cflags --libs attune) \
    -lm -o example 2>err || { fail 'compiling the example'; cat err >&2; }
expect_exit 0 ./example tune.mid
expect_in out 'tune.mid: symbolic'
expect_in out '1. dpo'
"$ATTUNE" eval tune.mid --metrics harmonic.key_clarity --format jsonl >eval.json
clarity=$(sed -n 's/.*"harmonic.key_clarity": \([0-9.]*\).*/\1/p' eval.json)
expect_in out "$(printf '%.6g' "$clarity")"
expect_exit 1 ./example missing.mid
expect_in err 'missing.mid'

case_is 'C++ reads the header'
if command -v c++ >/dev/null; then
    printf '#include <attune.h>\nint main() { return attune_metric_count() == 0; }\n' >main.cc
    # shellcheck disable=SC2046
    c++ main.cc $(pkg-config --define-prefix --cflags --libs attune) -o main && ./main ||
        fail 'a C++ program'
fi

case_is 'find_package(attune)'
mkdir consumer
cp "$SOURCE/lib/example.c" consumer/
cat >consumer/CMakeLists.txt <<'EOF'
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
find_package(attune 0.1 REQUIRED)
add_executable(consumer example.c)
target_link_libraries(consumer PRIVATE attune::attune)
EOF
cmake -S consumer -B consumer/build -DCMAKE_PREFIX_PATH="$prefix" >log 2>&1 &&
    cmake --build consumer/build >>log 2>&1 || { cat log >&2; fail 'the CMake package'; }
expect_exit 0 consumer/build/consumer tune.mid

case_is 'Python with NumPy'
python=/usr/bin/python3
"$python" -c 'import numpy' 2>/dev/null || skip 'numpy is missing for Python (python3-numpy)'
unset LD_LIBRARY_PATH
PYTHONPATH=$prefix/lib/python3/dist-packages expect_exit 0 "$python" "$SOURCE/tests/support/python_module.py" tune.mid
[ "$failures" -eq 0 ] || cat err >&2

done_testing
