attune_test(test_metrics_audit.c LIBS attune_models)
attune_test(test_metrics_audit_clips.c LIBS attune_models)
attune_test(test_metrics_pillars.c LIBS attune_metrics)
