/* Names of instruments and the General MIDI programs that can play them. */
#ifndef ATTUNE_METRICS_ADHERENCE_INSTRUMENTS_H
#define ATTUNE_METRICS_ADHERENCE_INSTRUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attune_instrument {
    const char *name;    /* lower case, singular or as it is used, single spaces */
    uint8_t first, last; /* programs, 0..127, both inclusive */
    bool is_drums;       /* the drum channel, whatever the programs */
};

/* All names, longest first. */
extern const struct attune_instrument attune_instruments[];
extern const size_t attune_n_instruments;

/* By its name in the table, whatever the case of letters; NULL when there is none. */
const struct attune_instrument *attune_instrument_find(const char *name);

/* The sixteen General MIDI families ("piano", "chromatic percussion", ...) are programs / 8; drums
 * are a family of their own. */
enum { ATTUNE_DRUM_FAMILY = 16, ATTUNE_N_INSTRUMENT_FAMILIES = 17 };

#endif
