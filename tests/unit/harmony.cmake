attune_test(test_analysis_harmonic_frames.c LIBS attune_metrics)
attune_test(test_analysis_harmony.c LIBS attune_metrics)
attune_test(test_analysis_scape.c LIBS attune_metrics)
attune_test(test_analysis_novelty.c LIBS attune_metrics)
