/* The tempo bins of the Text2midi line (Melechovsky et al. 2023): a tempo's bin is the number of
 * the marks 40 60 70 90 110 140 160 210 strictly below it, from grave (0) to prestissimo (8). */
#ifndef ATTUNE_METRICS_ADHERENCE_TEMPO_BINS_H
#define ATTUNE_METRICS_ADHERENCE_TEMPO_BINS_H

#include <stddef.h>

static inline int attune_tempo_bin(double bpm)
{
    static const double marks[] = {40, 60, 70, 90, 110, 140, 160, 210};
    int bin = 0;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        bin += marks[i] < bpm;
    }
    return bin;
}

#endif
