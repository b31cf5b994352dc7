#include "metrics/analysis/parts.h"

#include <string.h>
#include <strings.h>

#include "metrics/analysis/chords.h"
#include "metrics/analysis/grid.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"

enum { CHANNELS = 16, LEAST_MELODY_NOTES = 4, BASS_CEILING = 52,
       BASS_PROGRAM_CEILING = 60 };

/* What chords.c charges for a change in symbolic samples. */
static const struct attune_chord_tracking tracking = {.change_cost = 0.15};

static const struct attune_parts out_of_memory = {.why = "out of memory"};

struct line {
    uint16_t track;
    uint8_t channel, program; /* of its first note */
    size_t n_notes, n_onsets;
    double pitch_sum;
    uint32_t last_onset;
};

struct lines {
    struct line *line; /* (n_tracks * 16,); n_notes 0 where there is none */
    size_t n;
    size_t busiest;    /* notes of the busiest line */
};

static int list_lines(struct attune_analysis *a, const struct attune_notes *notes,
                      struct lines *out)
{
    out->n = (size_t)a->midi->n_tracks * CHANNELS;
    out->line = attune_arena_alloc(&a->scratch, out->n, sizeof *out->line);
    if (!out->line) {
        return 0;
    }
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        struct line *line = &out->line[(size_t)note->track * CHANNELS + note->channel];
        if (note->is_drum) {
            continue;
        }
        if (line->n_notes++ == 0) {
            line->track = note->track;
            line->channel = note->channel;
            line->program = note->program;
            line->last_onset = note->onset_tick + 1;
        }
        line->pitch_sum += note->pitch;
        line->n_onsets += line->last_onset != note->onset_tick;
        line->last_onset = note->onset_tick;
        out->busiest = line->n_notes > out->busiest ? line->n_notes : out->busiest;
    }
    return 1;
}

static bool name_holds(const struct attune_midi *midi, uint16_t track, const char *const *words,
                       size_t n_words)
{
    const char *name = midi->track_names[track];
    for (size_t i = 0; name && i < n_words; i++) {
        if (strcasestr(name, words[i])) {
            return true;
        }
    }
    return false;
}

static double mean_pitch(const struct line *line)
{
    return line->pitch_sum / (double)line->n_notes;
}

/* A bass program in the register of a bass: synthetic basses also play leads. */
static bool plays_bass(const struct line *line)
{
    return line->program >= 32 && line->program < 40 && mean_pitch(line) < BASS_PROGRAM_CEILING;
}

static const struct line *find_melody(const struct attune_midi *midi, const struct lines *lines)
{
    static const char *const words[] = {"melody", "vocal", "voice", "lead", "sing", "solo"};
    const struct line *named = NULL, *highest = NULL;
    double best = 0.0;
    for (size_t i = 0; i < lines->n; i++) {
        const struct line *line = &lines->line[i];
        if (line->n_notes < LEAST_MELODY_NOTES) {
            continue;
        }
        if (name_holds(midi, line->track, words, 6) && (!named || line->n_notes > named->n_notes)) {
            named = line;
        }
        const bool unfit = plays_bass(line) || line->program >= 112;
        /* Onsets over notes is 1 for a line that never strikes two notes together. */
        const double score =
            mean_pitch(line) + 12.0 * (double)line->n_onsets / (double)line->n_notes;
        if (!unfit && 4 * line->n_notes >= lines->busiest && score > best) {
            highest = line;
            best = score;
        }
    }
    return named ? named : highest;
}

static const struct line *find_bass(const struct attune_midi *midi, const struct lines *lines,
                                    const struct line *melody)
{
    static const char *const words[] = {"bass"}, *const not_bass[] = {"bassoon"};
    const struct line *named = NULL, *program = NULL, *lowest = NULL;
    for (size_t i = 0; i < lines->n; i++) {
        const struct line *line = &lines->line[i];
        if (line->n_notes == 0 || line == melody) {
            continue;
        }
        if (name_holds(midi, line->track, words, 1) &&
            !name_holds(midi, line->track, not_bass, 1) &&
            (!named || line->n_notes > named->n_notes)) {
            named = line;
        }
        if (plays_bass(line) && (!program || line->n_notes > program->n_notes)) {
            program = line;
        }
        if (mean_pitch(line) < BASS_CEILING && (!lowest || mean_pitch(line) < mean_pitch(lowest))) {
            lowest = line;
        }
    }
    return named ? named : program ? program : lowest;
}

/* The highest or lowest notes of a line, one at a time. in_part: (n_notes,) marks the notes taken,
 * or NULL. Returns how many, into out with room for all notes. */
static size_t outline(const struct attune_notes *notes, const struct line *line, bool highest,
                      struct attune_part_note *out, bool *in_part)
{
    size_t n = 0, taken = 0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        if (note->is_drum || note->track != line->track || note->channel != line->channel ||
            note->end_tick == note->onset_tick) {
            continue;
        }
        const bool together = n > 0 && out[n - 1].onset_tick == note->onset_tick;
        if (together && !highest) {
            continue; /* notes come from low to high */
        }
        if (together) {
            n--;
            if (in_part) {
                in_part[taken] = false;
            }
        }
        if (n > 0 && out[n - 1].end_tick > note->onset_tick) {
            out[n - 1].end_tick = note->onset_tick;
        }
        out[n++] = (struct attune_part_note){note->onset_tick, note->end_tick, note->pitch};
        taken = i;
        if (in_part) {
            in_part[i] = true;
        }
    }
    return n;
}

/* Chroma per beat of what is not the melody, then chords. Returns 0 when out of memory. */
static int track_chords(struct attune_analysis *a, struct attune_parts *parts,
                        const bool *in_melody)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct attune_grid *grid = attune_analysis_grid(a);
    float *chroma = attune_arena_alloc(&a->scratch, grid->n_beats * 12, sizeof *chroma);
    bool *silent = attune_arena_alloc(&a->scratch, grid->n_beats, sizeof *silent);
    struct attune_chord *chord = attune_arena_alloc(&a->arena, grid->n_beats, sizeof *chord);
    if (!chroma || !silent || !chord) {
        return 0;
    }
    size_t n_sounding = 0;
    for (size_t i = 0, from = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        while (from + 1 < grid->n_beats && grid->beat_tick[from + 1] <= note->onset_tick) {
            from++;
        }
        for (size_t b = from; !note->is_drum && !in_melody[i] && b < grid->n_beats &&
                              grid->beat_tick[b] < note->end_tick;
             b++) {
            const uint32_t begin =
                note->onset_tick > grid->beat_tick[b] ? note->onset_tick : grid->beat_tick[b];
            const uint32_t end =
                note->end_tick < grid->beat_tick[b + 1] ? note->end_tick : grid->beat_tick[b + 1];
            chroma[b * 12 + note->pitch % 12] += (float)(end - begin);
        }
    }
    for (size_t b = 0; b < grid->n_beats; b++) {
        float sum = 0.0f;
        for (size_t c = 0; c < 12; c++) {
            sum += chroma[b * 12 + c];
        }
        silent[b] = !(sum > 0.0f);
        n_sounding += !silent[b];
        for (size_t c = 0; c < 12 && sum > 0.0f; c++) {
            chroma[b * 12 + c] /= sum;
        }
    }
    parts->why = n_sounding == 0 ? "no accompaniment" : NULL;
    parts->n_beats = grid->n_beats;
    parts->chord = chord;
    return attune_chords_track(chroma, silent, grid->n_beats, tracking, &a->scratch, chord, NULL,
                               NULL);
}

/* Returns 0 when out of memory. */
static int find_parts(struct attune_analysis *a, struct attune_parts *parts)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct attune_grid *grid = attune_analysis_grid(a);
    struct lines lines = {0};
    parts->why = grid->why;
    if (parts->why) {
        return 1;
    }
    struct attune_part_note *melody = attune_arena_alloc(&a->arena, notes->n_notes, sizeof *melody);
    struct attune_part_note *bass = attune_arena_alloc(&a->arena, notes->n_notes, sizeof *bass);
    bool *in_melody = attune_arena_alloc(&a->scratch, notes->n_notes, sizeof *in_melody);
    if (!melody || !bass || !in_melody || !list_lines(a, notes, &lines)) {
        return 0;
    }
    const struct line *melody_line = find_melody(a->midi, &lines);
    parts->n_melody = melody_line ? outline(notes, melody_line, true, melody, in_melody) : 0;
    if (parts->n_melody < LEAST_MELODY_NOTES) {
        parts->why = "fewer than four melody notes";
        return 1;
    }
    parts->melody = melody;
    parts->melody_track = melody_line->track;
    const struct line *bass_line = find_bass(a->midi, &lines, melody_line);
    if (bass_line) {
        parts->n_bass = outline(notes, bass_line, false, bass, NULL);
        parts->bass = bass;
        parts->bass_track = bass_line->track;
    }
    return track_chords(a, parts, in_melody);
}

const struct attune_parts *attune_analysis_parts(struct attune_analysis *a)
{
    if (!a->parts) {
        struct attune_parts *parts = attune_arena_alloc(&a->arena, 1, sizeof *parts);
        const int done = parts && find_parts(a, parts);
        attune_arena_reset(&a->scratch);
        if (!done) {
            attune_analysis_oom(a);
            return &out_of_memory;
        }
        a->parts = parts;
    }
    return a->parts;
}

struct attune_melody_walk attune_melody_walk_begin(struct attune_analysis *a)
{
    return (struct attune_melody_walk){.parts = attune_analysis_parts(a),
                                       .beat_tick = attune_analysis_grid(a)->beat_tick};
}

int attune_melody_walk_next(struct attune_melody_walk *walk, struct attune_melody_meeting *meeting)
{
    const struct attune_parts *parts = walk->parts;
    while (walk->note < parts->n_melody && walk->beat < parts->n_beats) {
        const struct attune_part_note *note = &parts->melody[walk->note];
        const uint32_t beat_begin = walk->beat_tick[walk->beat];
        const uint32_t beat_end = walk->beat_tick[walk->beat + 1];
        const uint32_t begin = note->onset_tick > beat_begin ? note->onset_tick : beat_begin;
        const uint32_t end = note->end_tick < beat_end ? note->end_tick : beat_end;
        *meeting = (struct attune_melody_meeting){
            .note = walk->note, .chord = parts->chord[walk->beat],
            .ticks = end > begin ? (double)(end - begin) : 0.0,
            .first = note->onset_tick >= beat_begin,
        };
        if (note->end_tick > beat_end) {
            walk->beat++;
        } else {
            walk->note++;
        }
        if (meeting->ticks > 0.0 && meeting->chord.root >= 0) {
            return 1;
        }
    }
    return 0;
}

struct attune_value attune_melody_mean(struct attune_analysis *a,
                                       double (*score)(int pitch, struct attune_chord chord))
{
    const struct attune_parts *parts = attune_analysis_parts(a);
    if (parts->why) {
        return attune_undefined(parts->why);
    }
    struct attune_melody_walk walk = attune_melody_walk_begin(a);
    struct attune_melody_meeting meeting;
    double sum = 0.0, ticks = 0.0;
    while (attune_melody_walk_next(&walk, &meeting)) {
        sum += meeting.ticks * score(parts->melody[meeting.note].pitch, meeting.chord);
        ticks += meeting.ticks;
    }
    return ticks > 0.0 ? attune_defined(sum / ticks)
                       : attune_undefined("no chord sounds under the melody");
}
