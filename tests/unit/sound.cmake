# The audio front end, levels, onsets and beats.
attune_test(test_analysis_frontend.c LIBS attune_metrics)
attune_test(test_analysis_levels.c LIBS attune_metrics PkgConfig::EBUR128)
attune_test(test_analysis_beats.c LIBS attune_metrics SOURCES ../support/beat_scores.c)
attune_test(test_metrics_temporal.c LIBS attune_metrics)
attune_test(test_metrics_form.c LIBS attune_metrics)
attune_test(test_metrics_recurrence.c LIBS attune_metrics)
