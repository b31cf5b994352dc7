/* Mood words and where they lie on the circumplex of affect (Russell 1980): valence (unpleasant to
 * pleasant) and arousal (calm to excited), -1, 0 or 1; 0 says nothing about that axis. */
#ifndef ATTUNE_METRICS_ADHERENCE_MOODS_H
#define ATTUNE_METRICS_ADHERENCE_MOODS_H

#include <stddef.h>

struct attune_mood {
    const char *word;
    int valence, arousal;
};

extern const struct attune_mood attune_moods[];
extern const size_t attune_n_moods;

/* By word, whatever the case of letters; NULL when the table does not hold it. */
const struct attune_mood *attune_mood_find(const char *word);

#endif
