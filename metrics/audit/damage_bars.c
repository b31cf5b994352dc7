/* Damage to whole bars. A note belongs to the bar of its onset and keeps its length when it moves.
 * Bars trade places only with bars of the same length, so that the grid stays what it was. */
#include "metrics/audit/damages.h"

static uint32_t bar_length(const struct attune_score *score, size_t bar)
{
    return score->bar_tick[bar + 1] - score->bar_tick[bar];
}

static void move_to_tick(struct attune_note *note, uint32_t onset)
{
    const uint32_t length = note->end_tick - note->onset_tick;
    note->onset_tick = onset < UINT32_MAX - length ? onset : UINT32_MAX - length;
    note->end_tick = note->onset_tick + length;
}

/* Sends the music of the hit bars one hit bar of the same length further, in the random order; so
 * no hit bar stays in its place unless it is the only one of its length. */
bool attune_damage_bar_shuffle(struct attune_score *score, const struct attune_score *donor,
                               double dose, struct attune_rng *rng)
{
    const size_t n_hit = attune_damage_share(score->n_bars, dose);
    size_t *order = attune_damage_order(rng, score->n_bars);
    size_t *target = attune_alloc(score->n_bars, sizeof *target);
    if (!order || !target) {
        attune_release(order);
        attune_release(target);
        return false;
    }
    for (size_t bar = 0; bar < score->n_bars; bar++) {
        target[bar] = bar;
    }
    for (size_t i = 0; i < n_hit; i++) {
        for (size_t step = 1; step < n_hit; step++) {
            const size_t next = order[(i + step) % n_hit];
            if (bar_length(score, next) == bar_length(score, order[i])) {
                target[order[i]] = next;
                break;
            }
        }
    }
    for (size_t i = 0; i < score->n_notes; i++) {
        struct attune_note *note = &score->notes[i];
        const size_t bar = attune_score_bar(score, note->onset_tick);
        move_to_tick(note, note->onset_tick - score->bar_tick[bar] + score->bar_tick[target[bar]]);
    }
    attune_release(order);
    attune_release(target);
    return true;
}

bool attune_damage_transposed_bars(struct attune_score *score, const struct attune_score *donor,
                                   double dose, struct attune_rng *rng)
{
    const size_t n_hit = attune_damage_share(score->n_bars, dose);
    size_t *order = attune_damage_order(rng, score->n_bars);
    int *interval = attune_alloc(score->n_bars, sizeof *interval);
    if (order && interval) {
        for (size_t i = 0; i < n_hit; i++) {
            const int size = 1 + (int)attune_rng_below(rng, 6);
            interval[order[i]] = attune_rng_below(rng, 2) ? size : -size;
        }
        for (size_t i = 0; i < score->n_notes; i++) {
            struct attune_note *note = &score->notes[i];
            const int moved =
                note->pitch + interval[attune_score_bar(score, note->onset_tick)];
            if (!note->is_drum && moved >= 0 && moved <= 127) {
                note->pitch = (uint8_t)moved;
            }
        }
    }
    const bool ok = order && interval;
    attune_release(order);
    attune_release(interval);
    return ok;
}

/* Removes the notes that begin in bars marked by hit; (n_bars,). */
static void clear_bars(struct attune_score *score, const bool *hit)
{
    size_t n = 0;
    for (size_t i = 0; i < score->n_notes; i++) {
        if (!hit[attune_score_bar(score, score->notes[i].onset_tick)]) {
            score->notes[n++] = score->notes[i];
        }
    }
    score->n_notes = n;
}

/* The first bar in which a note begins. */
static size_t first_sounding_bar(const struct attune_score *score)
{
    uint32_t first = UINT32_MAX;
    for (size_t i = 0; i < score->n_notes; i++) {
        first = score->notes[i].onset_tick < first ? score->notes[i].onset_tick : first;
    }
    return attune_score_bar(score, first);
}

/* From a point on, which comes earlier with the dose, the first sounding bar is all that is heard,
 * its controllers included: a fade or a bend that went on would make every round another one. Notes
 * longer than the bar end with it, so that the loop does not pile up. */
bool attune_damage_freezing(struct attune_score *score, const struct attune_score *donor,
                            double dose, struct attune_rng *rng)
{
    const size_t source = first_sounding_bar(score);
    const size_t n_after = score->n_bars - source - 1;
    const size_t from = score->n_bars - attune_damage_share(n_after, dose);
    bool *hit = attune_alloc(score->n_bars, sizeof *hit);
    bool ok = hit != NULL;
    for (size_t bar = from; ok && bar < score->n_bars; bar++) {
        hit[bar] = true;
    }
    if (ok) {
        clear_bars(score, hit);
    }
    if (from < score->n_bars) {
        score->loop.first = score->bar_tick[source];
        score->loop.end = score->bar_tick[source + 1];
        score->loop.from = score->bar_tick[from];
    }
    const size_t n_notes = score->n_notes;
    for (size_t i = 0; ok && i < n_notes; i++) {
        const struct attune_note original = score->notes[i];
        if (attune_score_bar(score, original.onset_tick) != source) {
            continue;
        }
        for (size_t bar = from; ok && bar < score->n_bars; bar++) {
            struct attune_note note = original;
            const uint32_t offset = note.onset_tick - score->bar_tick[source];
            if (offset >= bar_length(score, bar)) {
                continue;
            }
            move_to_tick(&note, score->bar_tick[bar] + offset);
            if (note.end_tick > score->bar_tick[bar + 1]) {
                note.end_tick = score->bar_tick[bar + 1];
            }
            ok = attune_score_add(score, &note);
        }
    }
    attune_release(hit);
    return ok;
}

/* The parts of a piece: the notes that introduce a new pair of track and channel. */
enum { MAX_PARTS = 64 };

struct parts {
    struct attune_note part[MAX_PARTS];
    size_t n;
};

static size_t part_of(struct parts *parts, const struct attune_note *note)
{
    for (size_t i = 0; i < parts->n; i++) {
        if (parts->part[i].track == note->track && parts->part[i].channel == note->channel) {
            return i;
        }
    }
    if (parts->n < MAX_PARTS) {
        parts->part[parts->n++] = *note;
    }
    return parts->n - 1;
}

static void list_parts(const struct attune_score *score, bool drums, struct parts *parts)
{
    parts->n = 0;
    for (size_t i = 0; i < score->n_notes; i++) {
        if (score->notes[i].is_drum == drums) {
            part_of(parts, &score->notes[i]);
        }
    }
}

/* Gives a donor's note to a part of the host: parts meet in the order in which they come in, drums
 * go to drums. False when the host has no such part. */
static bool cast(struct attune_note *note, struct parts *from, const struct parts *to)
{
    if (to->n == 0) {
        return false;
    }
    const struct attune_note *part = &to->part[part_of(from, note) % to->n];
    note->track = part->track;
    note->channel = part->channel;
    note->program = part->program;
    return true;
}

/* Half of the bars at most: beyond that the donor would be the piece. Bar i takes what the donor
 * plays in its bar i (counted round), stretched to the host's bar, by the host's own instruments.
 */
bool attune_damage_style_switch(struct attune_score *score, const struct attune_score *donor,
                                double dose, struct attune_rng *rng)
{
    const double max_share = 0.5;
    const size_t n_hit = attune_damage_share(score->n_bars, dose * max_share);
    size_t *order = attune_damage_order(rng, score->n_bars);
    bool *hit = attune_alloc(score->n_bars, sizeof *hit);
    struct parts *parts = attune_alloc(4, sizeof *parts); /* of host and donor: pitched, drums */
    bool ok = order && hit && parts;
    if (ok) {
        for (size_t i = 0; i < n_hit; i++) {
            hit[order[i]] = true;
        }
        list_parts(score, false, &parts[0]);
        list_parts(score, true, &parts[1]);
        list_parts(donor, false, &parts[2]);
        list_parts(donor, true, &parts[3]);
        clear_bars(score, hit);
    }
    for (size_t i = 0; ok && i < donor->n_notes; i++) {
        const struct attune_note *given = &donor->notes[i];
        const size_t source = attune_score_bar(donor, given->onset_tick);
        const double scale_from = bar_length(donor, source);
        for (size_t bar = source; ok && bar < score->n_bars; bar += donor->n_bars) {
            struct attune_note note = *given;
            if (!hit[bar] || !cast(&note, &parts[2 + note.is_drum], &parts[note.is_drum])) {
                continue;
            }
            const double scale = bar_length(score, bar) / scale_from;
            const double onset = (note.onset_tick - donor->bar_tick[source]) * scale;
            const double length = (note.end_tick - note.onset_tick) * scale;
            note.onset_tick = score->bar_tick[bar] + (uint32_t)onset;
            note.end_tick = note.onset_tick + (uint32_t)length;
            ok = attune_score_add(score, &note);
        }
    }
    attune_release(order);
    attune_release(hit);
    attune_release(parts);
    return ok;
}
