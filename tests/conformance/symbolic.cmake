# Symbolic metrics against the tools that the field quotes.
set(goldens ../support/goldens.c)
set(golden_libs attune_metrics PkgConfig::JANSSON PkgConfig::ZLIB)
attune_test(test_muspy.c LIBS ${golden_libs} SOURCES ${goldens})
attune_test(test_musdr.c LIBS ${golden_libs} SOURCES ${goldens})
attune_test(test_cosiatec.c LIBS ${golden_libs} SOURCES ${goldens})
attune_test(test_parts.c LIBS ${golden_libs} SOURCES ${goldens})
