/* Standard MIDI Files: reader and writer (MIDI 1.0 Detailed Specification, RP-001).
 *
 * Reading gives the flat list of channel and meta events that matter to music, sorted by tick
 * (stable: track order, then file order). Types 0, 1 and 2, running status, SysEx, SMPTE division.
 * Damaged files are read as far as they make sense: a truncated track ends where the bytes end, and
 * `warnings` says so; only a file without a usable header or with no track at all is an error.
 * Sizes are bounded before anything is allocated.
 *
 * Notes are paired from the events by attune_notes_*(), see metrics/analysis/notes.h for the house
 * rule and metrics/symbolic/compat_muspy.c for muspy's.
 */
#ifndef ATTUNE_BASE_IO_MIDI_H
#define ATTUNE_BASE_IO_MIDI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum attune_midi_kind {
    ATTUNE_MIDI_NOTE_OFF, /* a = pitch; also a note-on of velocity 0 */
    ATTUNE_MIDI_NOTE_ON,  /* a = pitch, b = velocity 1..127 */
    ATTUNE_MIDI_CONTROL,  /* a = controller, b = value */
    ATTUNE_MIDI_PROGRAM,  /* a = program */
    ATTUNE_MIDI_TEMPO,    /* value = microseconds per quarter note, may be 0 in damaged files */
    ATTUNE_MIDI_TIME_SIGNATURE, /* a = numerator, b = log2 of denominator */
    ATTUNE_MIDI_KEY_SIGNATURE,  /* a = sharps as int8_t (-7..7), b = 0 major, 1 minor */
    ATTUNE_MIDI_END_OF_TRACK,   /* one per track, also where the file had none */
    ATTUNE_MIDI_PITCH_BEND,     /* value = 0..16383, 8192 in the middle; for rendering */
};

struct attune_midi_event {
    uint32_t tick;
    uint16_t track;
    uint8_t kind;    /* enum attune_midi_kind */
    uint8_t channel; /* 0..15 */
    uint8_t a, b;
    uint32_t value;
};

/* Damage that this reader gets over and others stop at; compatibility blocks must know. */
enum attune_midi_damage {
    ATTUNE_MIDI_TRUNCATED = 1 << 0, /* a track ends inside an event or is longer than the file */
    ATTUNE_MIDI_UNDEFINED_STATUS = 1 << 1, /* status F4, F5, F9 or FD */
    ATTUNE_MIDI_LOST_STATUS = 1 << 2, /* running status across a system message, or from nothing */
    ATTUNE_MIDI_FOREIGN_CHUNK = 1 << 3, /* another chunk where the header promised a track */
    ATTUNE_MIDI_BAD_DATA = 1 << 4,      /* a data byte out of range */
};

struct attune_midi {
    uint16_t type; /* 0, 1 or 2; the patterns of type 2 keep their own ticks, each from 0 */
    uint16_t n_tracks;      /* tracks read */
    uint16_t claimed_tracks; /* the header's number; tools that trust it stop there */
    uint16_t division;      /* ticks per quarter note, 0 when SMPTE; a damaged 0 is read as 480 */
    double smpte_tick_s;    /* seconds per tick when SMPTE, else 0 */
    uint16_t raw_division;  /* the header's word as it stands, for compatibility checks */
    struct attune_midi_event *events; /* (n_events,) sorted by tick */
    size_t n_events;
    char **track_names;     /* (n_tracks,) heap strings or NULL entries */
    uint32_t *track_end;    /* (n_tracks,) last tick of each track */
    unsigned damage;        /* enum attune_midi_damage */
    unsigned n_warnings;
    char warning[160];      /* the first one */
};

/* Parses a whole file held in memory, in linear time and with at most one event per two bytes.
 * Ticks saturate at 2^32 - 1. A track ends at its End of Track event, later events of its chunk are
 * not read; an event with a data byte out of range is dropped. On failure *out is empty. Release
 * with attune_midi_release. ATTUNE_E_INPUT: not MIDI or no usable track; ATTUNE_E_MEMORY. */
enum attune_code attune_midi_parse(struct attune_midi *out, const void *bytes, size_t n_bytes,
                                   struct attune_err *err);

/* Reads a file (at most 64 MiB) and parses it. */
enum attune_code attune_midi_read(struct attune_midi *out, const char *path,
                                  struct attune_err *err);

void attune_midi_release(struct attune_midi *midi);

/* Whether the bytes look like a Standard MIDI File (MThd, also inside RIFF RMID). n_bytes >= 0. */
bool attune_midi_sniff(const void *bytes, size_t n_bytes);

/* Seconds at a tick under the tempo map (120 BPM before the first tempo; tempo 0 is ignored).
 * The map is built once per file. */
struct attune_tempo_map;
struct attune_tempo_map *attune_tempo_map_new(const struct attune_midi *midi);
void attune_tempo_map_free(struct attune_tempo_map *map);
double attune_tempo_map_seconds(const struct attune_tempo_map *map, uint32_t tick);
double attune_tempo_map_bpm(const struct attune_tempo_map *map, uint32_t tick);

/* Writes a type-1 file (events need not be sorted; one MTrk per track number; END_OF_TRACK events
 * give the track ends) into memory; release *bytes with attune_release. Reading it back gives the
 * same events. */
enum attune_code attune_midi_format(const struct attune_midi *midi, unsigned char **bytes,
                                    size_t *n_bytes, struct attune_err *err);

/* attune_midi_format, then an atomic write. */
enum attune_code attune_midi_write(const struct attune_midi *midi, const char *path,
                                   struct attune_err *err);

#endif
