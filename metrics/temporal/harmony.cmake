target_sources(attune_metrics PRIVATE
    novelty_rate.c
    repetition.c
    section_contrast.c
    structure.c)
