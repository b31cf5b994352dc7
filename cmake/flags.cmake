# One interface target carries every compiler flag; targets link it and set none of their own.
option(ATTUNE_NATIVE "tune for the machine that builds (off for packages)" ON)
option(ATTUNE_WERROR "treat warnings as errors" OFF)
option(ATTUNE_COVERAGE "count which lines run (for gcovr)" OFF)
set(ATTUNE_SANITIZE "" CACHE STRING "sanitizers, as in -fsanitize=")
set(ATTUNE_FFT "fftw" CACHE STRING "FFT backend: fftw or kissfft")
set_property(CACHE ATTUNE_FFT PROPERTY STRINGS fftw kissfft)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "build type" FORCE)
endif()
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON) # the rooms also make up the shared library
set(CMAKE_C_FLAGS_RELEASE "-O3 -g")
set(CMAKE_C_FLAGS_DEBUG "-Og -g3") # at -O0 the tests that train take minutes

add_library(attune_flags INTERFACE)
target_include_directories(attune_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
target_compile_definitions(attune_flags INTERFACE _GNU_SOURCE)
# Contraction to fused multiply-add and errno-free maths change no order of operations, so results
# stay the same from run to run; -ffast-math would not keep that promise and is never used.
target_compile_options(attune_flags INTERFACE
    -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
    -Wformat=2 -Wno-unused-parameter
    -ffp-contract=fast -fno-math-errno -fno-trapping-math -fvisibility=hidden)
# `{NULL}` ends a table: clang calls that a missing initialiser, gcc does not.
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
    target_compile_options(attune_flags INTERFACE -Wno-missing-field-initializers)
endif()
if(ATTUNE_NATIVE)
    target_compile_options(attune_flags INTERFACE -march=native)
endif()
if(ATTUNE_WERROR)
    target_compile_options(attune_flags INTERFACE -Werror)
endif()
if(ATTUNE_SANITIZE)
    target_compile_options(attune_flags INTERFACE -fsanitize=${ATTUNE_SANITIZE}
        -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(attune_flags INTERFACE -fsanitize=${ATTUNE_SANITIZE})
endif()
if(ATTUNE_COVERAGE)
    target_compile_options(attune_flags INTERFACE --coverage -O1)
    target_link_options(attune_flags INTERFACE --coverage)
endif()
