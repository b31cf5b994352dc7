/* The tempo map: seconds at a tick, by binary search over the tempo changes. */
#include "base/io/midi.h"
#include "base/mem.h"

enum { DEFAULT_TEMPO_US = 500000 }; /* 120 BPM, the specification's default */

struct change {
    uint32_t tick;
    double seconds;  /* at tick */
    double tick_s;   /* seconds per tick from here on */
    double bpm;
};

struct attune_tempo_map {
    size_t n_changes; /* at least 1: the one at tick 0 */
    struct change changes[];
};

static struct change make_change(const struct attune_midi *midi, uint32_t tick, double seconds,
                                 uint32_t tempo_us)
{
    struct change c = {.tick = tick, .seconds = seconds, .bpm = 60e6 / tempo_us};
    if (midi->smpte_tick_s > 0.0) {
        c.tick_s = midi->smpte_tick_s;
        c.bpm = 60e6 / DEFAULT_TEMPO_US;
    } else {
        c.tick_s = tempo_us * 1e-6 / (midi->division ? midi->division : 1);
    }
    return c;
}

struct attune_tempo_map *attune_tempo_map_new(const struct attune_midi *midi)
{
    size_t n = 1;
    for (size_t i = 0; i < midi->n_events; i++) {
        n += midi->events[i].kind == ATTUNE_MIDI_TEMPO;
    }
    struct attune_tempo_map *map = attune_alloc(1, sizeof *map + n * sizeof *map->changes);
    if (!map) {
        return NULL;
    }
    map->changes[0] = make_change(midi, 0, 0.0, DEFAULT_TEMPO_US);
    map->n_changes = 1;
    for (size_t i = 0; i < midi->n_events; i++) {
        const struct attune_midi_event *e = &midi->events[i];
        if (e->kind != ATTUNE_MIDI_TEMPO || e->value == 0) {
            continue;
        }
        const double seconds = attune_tempo_map_seconds(map, e->tick);
        if (map->changes[map->n_changes - 1].tick == e->tick) {
            map->n_changes--; /* the last of several at one tick holds */
        }
        map->changes[map->n_changes++] = make_change(midi, e->tick, seconds, e->value);
    }
    return map;
}

void attune_tempo_map_free(struct attune_tempo_map *map)
{
    attune_release(map);
}

/* The last change at or before tick. */
static const struct change *change_at(const struct attune_tempo_map *map, uint32_t tick)
{
    size_t lo = 0, hi = map->n_changes;
    while (hi - lo > 1) {
        const size_t mid = lo + (hi - lo) / 2;
        if (map->changes[mid].tick <= tick) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return &map->changes[lo];
}

double attune_tempo_map_seconds(const struct attune_tempo_map *map, uint32_t tick)
{
    const struct change *c = change_at(map, tick);
    return c->seconds + (tick - c->tick) * c->tick_s;
}

double attune_tempo_map_bpm(const struct attune_tempo_map *map, uint32_t tick)
{
    return change_at(map, tick)->bpm;
}
