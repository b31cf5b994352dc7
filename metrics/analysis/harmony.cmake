# Harmony and structure
target_sources(attune_metrics PRIVATE
    chords.c
    chroma.c
    chroma_audio.c
    chroma_symbolic.c
    harmonic_frames.c
    harmony_sequence.c
    key.c
    musdr_chroma.c
    novelty.c
    scape.c
    ssm.c
    structure.c
    tonal.c)
