# Harmony and structure
target_sources(attune_metrics PRIVATE
    chords.c
    chroma.c
    chroma_audio.c
    chroma_symbolic.c
    harmonic_frames.c
    key.c
    tonal.c)
