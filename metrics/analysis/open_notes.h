/* Notes that sound while a file is read: first in, first out per voice and pitch. A voice is one
 * channel of one track. Notes are the caller's indices, below a number known beforehand; each is
 * pushed at most once. A voice's list holds one entry per sounding pitch, so that every operation
 * takes at most 128 steps whatever the file does. */
#ifndef ATTUNE_METRICS_ANALYSIS_OPEN_NOTES_H
#define ATTUNE_METRICS_ANALYSIS_OPEN_NOTES_H

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

enum { ATTUNE_NO_NOTE = UINT32_MAX };

struct attune_open_note {
    uint32_t next_pitch; /* the next sounding pitch of the voice; of a head only */
    uint32_t next_same;  /* the next note of the same voice and pitch */
    uint32_t last_same;  /* the newest note of the queue; of a head only */
    uint8_t pitch;
};

struct attune_open_notes {
    uint32_t *head;                /* (n_voices,) */
    struct attune_open_note *note; /* (n_notes,) */
};

/* Takes memory from the arena; returns 0 when there is none. */
static inline int attune_open_notes_init(struct attune_open_notes *open, struct attune_arena *arena,
                                         size_t n_voices, size_t n_notes)
{
    open->head = attune_arena_alloc(arena, n_voices, sizeof *open->head);
    open->note = attune_arena_alloc(arena, n_notes, sizeof *open->note);
    if (!open->head || !open->note) {
        return 0;
    }
    memset(open->head, 0xff, n_voices * sizeof *open->head);
    return 1;
}

/* Where the head of the pitch's queue is linked, or the end of the voice's list. */
static inline uint32_t *attune_open_notes_find(struct attune_open_notes *open, size_t voice,
                                               uint8_t pitch)
{
    uint32_t *link = &open->head[voice];
    while (*link != ATTUNE_NO_NOTE && open->note[*link].pitch != pitch) {
        link = &open->note[*link].next_pitch;
    }
    return link;
}

static inline void attune_open_notes_push(struct attune_open_notes *open, size_t voice,
                                          uint8_t pitch, uint32_t index)
{
    uint32_t *link = attune_open_notes_find(open, voice, pitch);
    open->note[index] = (struct attune_open_note){ATTUNE_NO_NOTE, ATTUNE_NO_NOTE, index, pitch};
    if (*link == ATTUNE_NO_NOTE) {
        *link = index;
    } else {
        struct attune_open_note *head = &open->note[*link];
        open->note[head->last_same].next_same = index;
        head->last_same = index;
    }
}

static inline uint32_t attune_open_notes_unlink(struct attune_open_notes *open, uint32_t *link)
{
    const uint32_t index = *link;
    if (index != ATTUNE_NO_NOTE) {
        const struct attune_open_note *head = &open->note[index];
        const uint32_t heir = head->next_same;
        if (heir != ATTUNE_NO_NOTE) {
            open->note[heir].next_pitch = head->next_pitch;
            open->note[heir].last_same = head->last_same;
        }
        *link = heir != ATTUNE_NO_NOTE ? heir : head->next_pitch;
    }
    return index;
}

/* Removes and returns the oldest note of the pitch, or ATTUNE_NO_NOTE. */
static inline uint32_t attune_open_notes_pop(struct attune_open_notes *open, size_t voice,
                                             uint8_t pitch)
{
    return attune_open_notes_unlink(open, attune_open_notes_find(open, voice, pitch));
}

/* Removes and returns any note of the voice, or ATTUNE_NO_NOTE. */
static inline uint32_t attune_open_notes_pop_any(struct attune_open_notes *open, size_t voice)
{
    return attune_open_notes_unlink(open, &open->head[voice]);
}

#endif
