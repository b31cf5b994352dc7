target_sources(attune_metrics PRIVATE
    chord_change_rate.c
    chord_clarity.c
    chord_coverage.c
    chord_histogram_entropy.c
    chord_irregularity.c
    chroma_entropy.c
    in_scale_ratio.c
    key_clarity.c
    key_margin.c
    key_stability.c
    progression_fit.c
    roughness.c
    tiv_dissonance.c
    tonal_change.c
    tonal_distance.c
    tuning_deviation.c)
