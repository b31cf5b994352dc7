attune_test(test_metrics_audit.c LIBS attune_models)
