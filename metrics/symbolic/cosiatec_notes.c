/* COSIATEC of a sample. */
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/symbolic/cosiatec.h"

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int encode_notes(struct attune_analysis *a, const struct attune_notes *notes,
                        struct attune_cosiatec *out)
{
    struct attune_point points[ATTUNE_COSIATEC_MAX_POINTS];
    size_t n = 0;
    uint32_t divisor = 0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        divisor = common_divisor(notes->notes[i].onset_tick, divisor);
    }
    divisor += divisor == 0;
    for (size_t i = 0; i < notes->n_notes && n < ATTUNE_COSIATEC_MAX_POINTS; i++) {
        const uint32_t x = notes->notes[i].onset_tick / divisor;
        const struct attune_point point = {(int32_t)(x > INT32_MAX ? INT32_MAX : x),
                                           notes->notes[i].pitch};
        if (n == 0 || points[n - 1].x != point.x || points[n - 1].y != point.y) {
            points[n++] = point;
        }
    }
    return attune_cosiatec_encode(points, n, &a->scratch, out);
}

const struct attune_cosiatec *attune_analysis_cosiatec(struct attune_analysis *a)
{
    static const struct attune_cosiatec out_of_memory = {.why = "out of memory"};
    if (!a->cosiatec) {
        const struct attune_notes *notes = attune_analysis_notes(a);
        struct attune_cosiatec *out = attune_arena_alloc(&a->arena, 1, sizeof *out);
        const int done = out && (notes->why || encode_notes(a, notes, out));
        attune_arena_reset(&a->scratch);
        if (!done) {
            attune_analysis_oom(a);
            return &out_of_memory;
        }
        out->why = notes->why;
        a->cosiatec = out;
    }
    return a->cosiatec;
}
