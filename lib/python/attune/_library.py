"""The shared library's functions and structs, as attune.h declares them."""

import ctypes
import functools
import os
import sysconfig
from ctypes import POINTER, c_double, c_float, c_int, c_uint32, c_uint64, c_void_p

_SONAME = "libattune.so.0"
OK, USAGE, INPUT, IO, MEMORY, MISSING, INTERNAL = 0, 1, 2, 3, 5, 8, 11
VERDICTS = ("a", "b", "tie", "both_bad")

char_p = ctypes.c_char_p
size_t = ctypes.c_size_t
float_pointer = POINTER(c_float)


class MetricText(ctypes.Structure):
    _fields_ = [("id", char_p), ("version", c_int), ("title", char_p), ("unit", char_p),
                ("direction", char_p), ("target", c_double), ("lo", c_double), ("hi", c_double),
                ("audio", c_int), ("symbolic", c_int), ("summary", char_p), ("formula", char_p),
                ("source", char_p), ("undefined_when", char_p)]


class Result(ctypes.Structure):
    _fields_ = [("name", char_p), ("values", POINTER(c_double)), ("n", size_t),
                ("ci_low", c_double), ("ci_high", c_double), ("why", char_p)]


class Rating(ctypes.Structure):
    _fields_ = [("model", char_p), ("rating", c_double), ("ci_low", c_double),
                ("ci_high", c_double), ("n", c_double), ("rank", size_t), ("rank_low", size_t),
                ("rank_high", size_t)]


rating_pointer = POINTER(Rating)

_SIGNATURES = {
    "attune_library_version": (char_p, []),
    "attune_metric_count": (size_t, []),
    "attune_metric_about": (c_int, [size_t, POINTER(MetricText)]),
    "attune_session_new": (c_void_p, []),
    "attune_session_free": (None, [c_void_p]),
    "attune_session_error": (char_p, [c_void_p]),
    "attune_session_choose": (c_int, [c_void_p, char_p, c_int]),
    "attune_session_prompt": (c_int, [c_void_p, char_p, char_p]),
    "attune_session_soundfont": (c_int, [c_void_p, char_p]),
    "attune_session_file": (c_int, [c_void_p, char_p]),
    "attune_session_audio": (c_int, [c_void_p, float_pointer, c_uint64, c_uint32, c_uint32]),
    "attune_session_midi": (c_int, [c_void_p, char_p, size_t]),
    "attune_session_results": (POINTER(Result), [c_void_p, POINTER(size_t)]),
    "attune_session_modality": (char_p, [c_void_p]),
    "attune_session_duration": (c_double, [c_void_p]),
    "attune_session_embedding": (c_int, [c_void_p, POINTER(float_pointer), POINTER(size_t)]),
    "attune_session_distance": (c_int, [c_void_p, float_pointer, size_t, float_pointer, size_t,
                                        size_t, size_t, c_uint64]),
    "attune_session_warnings": (char_p, [c_void_p]),
    "attune_session_rank": (c_int, [c_void_p, POINTER(char_p), POINTER(char_p), POINTER(c_int),
                                    size_t, size_t, c_uint64, POINTER(rating_pointer),
                                    POINTER(size_t)]),
}


def _candidates():
    """$ATTUNE_LIBRARY alone; else the one installed together with this module, else the system's."""
    if "ATTUNE_LIBRARY" in os.environ:
        return [os.environ["ATTUNE_LIBRARY"]]
    folder = os.path.dirname(os.path.abspath(__file__))  # PREFIX/lib/python3/dist-packages/attune
    lib = os.path.normpath(os.path.join(folder, "..", "..", ".."))
    beside = [os.path.join(lib, sub, _SONAME)
              for sub in ("", sysconfig.get_config_var("MULTIARCH") or "", "../lib64")]
    return [path for path in beside if os.path.exists(path)] + [_SONAME]


def _load():
    path = _candidates()[0]
    try:
        return ctypes.CDLL(path)
    except OSError as error:
        raise OSError(f"{error}; hint: install attune, or let ATTUNE_LIBRARY name the path of "
                      f"{_SONAME}") from None


@functools.lru_cache(maxsize=None)
def library():
    """The loaded library with its signatures set, once per process."""
    loaded = _load()
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    return loaded
