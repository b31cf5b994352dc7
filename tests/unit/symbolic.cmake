# Note tables, grids and the symbolic metrics.
attune_test(test_analysis_notes.c LIBS attune_metrics SOURCES ../support/midi_builder.c)
attune_test(test_adherence_attributes.c LIBS attune_metrics)
attune_test(test_symbolic_metrics.c LIBS attune_metrics SOURCES ../support/midi_builder.c)
attune_test(test_symbolic_cosiatec.c LIBS attune_metrics)
attune_test(test_adherence_metrics.c LIBS attune_metrics SOURCES ../support/midi_builder.c)
attune_test(test_analysis_parts.c LIBS attune_metrics SOURCES ../support/midi_builder.c)
attune_test(test_symbolic_odd_files.c LIBS attune_metrics SOURCES ../support/midi_builder.c)
attune_test(test_compat_mgeval.c LIBS attune_metrics SOURCES ../support/midi_builder.c)
