# Loudness and audio features against the tools that the field quotes.
attune_test(test_ebur128.c LIBS ${golden_libs} SOURCES ${goldens})
attune_test(test_librosa.c LIBS ${golden_libs} SOURCES ${goldens})
attune_test(test_known_beats.c LIBS ${golden_libs} SOURCES ${goldens} ../support/beat_scores.c)
