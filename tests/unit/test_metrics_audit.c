/* Damage in measured doses: identities at dose 0, exact shares, nesting, validity. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metrics/audit/damage.h"
#include "metrics/stats/association.h"
#include "models/pieces/corpus.h"
#include "tests/support/midi_builder.h"

enum { N_BARS = 16, SEED = 20 };

/* A composed piece under analysis, as a score. */
struct fixture {
    struct attune_midi midi;
    struct attune_analysis *analysis;
    struct attune_score score;
};

static void set_up(struct fixture *f, uint64_t seed)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    const struct attune_setting setting = {
        .tonic = 2, .tempo_bpm = 100, .n_bars = N_BARS, .has_drums = true, .bass_program = 33};
    struct attune_piece piece;
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    attune_corpus_compose(&piece, &setting, 0, &rng);
    assert_int_equal(attune_piece_to_midi(&piece, &f->midi, &err), ATTUNE_OK);
    f->analysis = attune_analysis_new(&err);
    assert_non_null(f->analysis);
    assert_int_equal(attune_analysis_load_midi(f->analysis, &f->midi, &err), ATTUNE_OK);
    assert_int_equal(attune_score_init(&f->score, &f->midi, f->analysis, &err), ATTUNE_OK);
}

static void tear_down(struct fixture *f)
{
    attune_score_release(&f->score);
    attune_analysis_free(f->analysis);
    attune_midi_release(&f->midi);
}

/* The damaged piece, read again from its own file image: what does not survive writing is not
 * valid. */
static struct attune_midi damaged_file(const char *id, const struct fixture *f,
                                       const struct fixture *donor, double dose)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_midi damaged, read;
    unsigned char *bytes;
    size_t n_bytes;
    const struct attune_damage_spec *damage = attune_damage_find(id);
    assert_non_null(damage);
    assert_int_equal(attune_damage_score(damage, &f->score, &donor->score, dose, SEED, &damaged,
                                         &err), ATTUNE_OK);
    assert_int_equal(attune_midi_format(&damaged, &bytes, &n_bytes, &err), ATTUNE_OK);
    assert_int_equal(attune_midi_parse(&read, bytes, n_bytes, &err), ATTUNE_OK);
    assert_int_equal(read.n_warnings, 0);
    attune_midi_release(&damaged);
    attune_release(bytes);
    return read;
}

struct damaged {
    struct attune_midi midi;
    struct attune_analysis *analysis;
    const struct attune_notes *notes;
};

static struct damaged damage(const char *id, const struct fixture *f, const struct fixture *donor,
                             double dose)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct damaged d = {.midi = damaged_file(id, f, donor, dose),
                        .analysis = attune_analysis_new(&err)};
    assert_non_null(d.analysis);
    return d;
}

/* The struct must stay where it is from here on. */
static void look(struct damaged *d)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_analysis_load_midi(d->analysis, &d->midi, &err), ATTUNE_OK);
    d->notes = attune_analysis_notes(d->analysis);
}

static void drop(struct damaged *d)
{
    attune_analysis_free(d->analysis);
    attune_midi_release(&d->midi);
}

static bool same_note(const struct attune_note *a, const struct attune_note *b)
{
    return a->onset_tick == b->onset_tick && a->end_tick == b->end_tick && a->track == b->track &&
           a->channel == b->channel && a->pitch == b->pitch && a->velocity == b->velocity &&
           a->program == b->program && a->onset_s == b->onset_s && a->end_s == b->end_s;
}

/* Notes of a that b does not have, by sorted merge on identical fields; both are sorted by onset.
 */
static size_t n_missing(const struct attune_notes *a, const struct attune_notes *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_notes; i++) {
        bool found = false;
        for (size_t j = 0; j < b->n_notes && !found; j++) {
            found = same_note(&a->notes[i], &b->notes[j]);
        }
        n += !found;
    }
    return n;
}

static void dose_zero_is_the_piece_itself(void **state)
{
    struct fixture f, donor;
    set_up(&f, 1);
    set_up(&donor, 2);
    const struct attune_notes *clean = attune_analysis_notes(f.analysis);
    for (size_t i = 0; i < attune_n_damages; i++) {
        if (attune_damages[i].modality != ATTUNE_SYMBOLIC) {
            continue;
        }
        struct damaged d = damage(attune_damages[i].id, &f, &donor, 0.0);
        look(&d);
        assert_int_equal(d.notes->n_notes, clean->n_notes);
        for (size_t k = 0; k < clean->n_notes; k++) {
            assert_true(same_note(&clean->notes[k], &d.notes->notes[k]));
        }
        drop(&d);
    }
    tear_down(&f);
    tear_down(&donor);
}

/* Every damage changes something at dose 1 and, up to the collisions of a few notes, more with the
 * dose. */
static void damage_grows_with_the_dose(void **state)
{
    struct fixture f, donor;
    set_up(&f, 3);
    set_up(&donor, 4);
    const struct attune_notes *clean = attune_analysis_notes(f.analysis);
    for (size_t i = 0; i < attune_n_damages; i++) {
        if (attune_damages[i].modality != ATTUNE_SYMBOLIC) {
            continue;
        }
        size_t before = 0;
        for (int k = 1; k < ATTUNE_N_DOSES; k++) {
            struct damaged d = damage(attune_damages[i].id, &f, &donor, 0.1 * k);
            look(&d);
            const size_t changed = n_missing(clean, d.notes);
            if (changed + clean->n_notes / 20 < before) {
                fail_msg("%s (seed %d): %zu notes changed at dose %.1f, %zu at the dose before",
                         attune_damages[i].id, SEED, changed, 0.1 * k, before);
            }
            before = changed;
            drop(&d);
        }
        if (before < clean->n_notes / 4) {
            fail_msg("%s changes %zu of %zu notes at dose 1", attune_damages[i].id, before,
                     clean->n_notes);
        }
    }
    tear_down(&f);
    tear_down(&donor);
}

static void note_damage_hits_its_share(void **state)
{
    struct fixture f;
    set_up(&f, 5);
    struct damaged d = damage("deleted_notes", &f, &f, 1.0);
    look(&d);
    const size_t n = f.score.n_notes;
    assert_int_equal(d.notes->n_notes, n - attune_damage_share(n, 0.9));
    assert_int_equal(n_missing(d.notes, attune_analysis_notes(f.analysis)), 0);
    drop(&d);

    /* Jitter stays within its bound and moves no note in pitch; counted on the damaged score
     * itself. */
    struct attune_midi midi;
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_score copy;
    struct attune_rng rng;
    attune_rng_init(&rng, SEED, 0);
    assert_int_equal(attune_score_copy(&copy, &f.score, &err), ATTUNE_OK);
    assert_true(attune_damage_find("onset_jitter")->symbolic(&copy, NULL, 0.5, &rng));
    double largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double ticks = fabs((double)copy.notes[i].onset_tick - f.score.notes[i].onset_tick);
        largest = fmax(largest, ticks / attune_score_ticks_per_s(&f.score, 0));
        assert_int_equal(copy.notes[i].pitch, f.score.notes[i].pitch);
        assert_int_equal(copy.notes[i].end_tick - copy.notes[i].onset_tick,
                         f.score.notes[i].end_tick - f.score.notes[i].onset_tick);
    }
    assert_true(largest <= 0.1 + 1e-3 && largest > 0.09);
    attune_score_release(&copy);

    /* Pitch noise: exactly the share of pitched notes at dose 1, by 1 to 6 semitones. */
    attune_rng_init(&rng, SEED, 0);
    assert_int_equal(attune_score_copy(&copy, &f.score, &err), ATTUNE_OK);
    assert_true(attune_damage_find("pitch_noise")->symbolic(&copy, NULL, 1.0, &rng));
    for (size_t i = 0; i < n; i++) {
        const int moved = abs(copy.notes[i].pitch - f.score.notes[i].pitch);
        assert_true(copy.notes[i].is_drum ? moved == 0 : moved >= 1 && moved <= 6);
    }
    assert_int_equal(attune_score_assemble(&copy, &midi, &err), ATTUNE_OK);
    attune_midi_release(&midi);
    attune_score_release(&copy);
    tear_down(&f);
}

/* Shuffling keeps what a bar holds; freezing leaves one bar; foreign bars leave half of the piece.
 */
static void bar_damage_moves_whole_bars(void **state)
{
    struct fixture f, donor;
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_score copy;
    struct attune_rng rng;
    set_up(&f, 6);
    set_up(&donor, 7);
    attune_rng_init(&rng, SEED, 0);
    assert_int_equal(attune_score_copy(&copy, &f.score, &err), ATTUNE_OK);
    assert_true(attune_damage_find("bar_shuffle")->symbolic(&copy, NULL, 1.0, &rng));
    size_t target[N_BARS + 1];
    for (size_t bar = 0; bar <= N_BARS; bar++) {
        target[bar] = SIZE_MAX;
    }
    for (size_t i = 0; i < f.score.n_notes; i++) {
        const size_t from = attune_score_bar(&f.score, f.score.notes[i].onset_tick);
        const size_t to = attune_score_bar(&f.score, copy.notes[i].onset_tick);
        assert_true(to != from);
        assert_true(target[from] == SIZE_MAX || target[from] == to);
        target[from] = to;
        assert_int_equal(copy.notes[i].onset_tick - copy.bar_tick[to],
                         f.score.notes[i].onset_tick - f.score.bar_tick[from]);
    }
    attune_score_release(&copy);

    assert_int_equal(attune_score_copy(&copy, &f.score, &err), ATTUNE_OK);
    assert_true(attune_damage_find("freezing")->symbolic(&copy, NULL, 1.0, &rng));
    size_t in_bar[N_BARS + 1] = {0};
    for (size_t i = 0; i < copy.n_notes; i++) {
        in_bar[attune_score_bar(&copy, copy.notes[i].onset_tick)]++;
    }
    for (size_t bar = 1; bar < copy.n_bars; bar++) {
        assert_int_equal(in_bar[bar], in_bar[0]);
    }
    attune_score_release(&copy);

    assert_int_equal(attune_score_copy(&copy, &f.score, &err), ATTUNE_OK);
    assert_true(attune_damage_find("style_switch")->symbolic(&copy, &donor.score, 1.0, &rng));
    bool foreign[N_BARS + 1] = {false};
    for (size_t i = 0; i < copy.n_notes; i++) {
        bool own = false;
        for (size_t j = 0; j < f.score.n_notes && !own; j++) {
            own = copy.notes[i].onset_tick == f.score.notes[j].onset_tick &&
                  copy.notes[i].pitch == f.score.notes[j].pitch &&
                  copy.notes[i].channel == f.score.notes[j].channel;
        }
        foreign[attune_score_bar(&copy, copy.notes[i].onset_tick)] |= !own;
    }
    size_t n_foreign = 0;
    for (size_t bar = 0; bar < copy.n_bars; bar++) {
        n_foreign += foreign[bar];
    }
    assert_true(n_foreign >= copy.n_bars / 4 && n_foreign <= copy.n_bars / 2 + 1);
    attune_score_release(&copy);
    tear_down(&f);
    tear_down(&donor);
}

static void tempo_wander_keeps_the_notes(void **state)
{
    struct fixture f;
    set_up(&f, 8);
    struct damaged d = damage("tempo_wander", &f, &f, 1.0);
    look(&d);
    const struct attune_notes *clean = attune_analysis_notes(f.analysis);
    double moved = 0.0;
    assert_int_equal(d.notes->n_notes, clean->n_notes);
    for (size_t i = 0; i < clean->n_notes; i++) {
        assert_int_equal(d.notes->notes[i].onset_tick, clean->notes[i].onset_tick);
        assert_int_equal(d.notes->notes[i].pitch, clean->notes[i].pitch);
        moved = fmax(moved, fabs(d.notes->notes[i].onset_s - clean->notes[i].onset_s));
    }
    assert_true(moved > 0.3);
    drop(&d);
    tear_down(&f);
}

/* Four bars; a bend within the first that goes on in the others, and a program from bar 3 on: frozen
 * at bar 2, every bar bends as the first does, and the program never changes. */
static void freezing_holds_the_settings(void **state)
{
    enum { BAR = 1920 };
    struct attune_err err = ATTUNE_ERR_INIT;
    struct midi_builder b;
    struct attune_score score;
    struct attune_midi frozen;
    midi_builder_init(&b, 1, BAR / 4);
    for (uint32_t bar = 0; bar < 4; bar++) {
        midi_builder_note(&b, 0, 0, bar * BAR, 480, 60 + (int)bar);
        midi_builder_event(&b, 0, bar * BAR + 240, ATTUNE_MIDI_PITCH_BEND, 0, 0, 0,
                           9000 + 100 * bar);
    }
    midi_builder_program(&b, 0, 0, 2 * BAR, 40);
    struct attune_analysis *analysis = attune_analysis_new(&err);
    assert_non_null(analysis);
    const struct attune_midi *midi = midi_builder_finish(&b);
    assert_int_equal(attune_analysis_load_midi(analysis, midi, &err), ATTUNE_OK);
    assert_int_equal(attune_score_init(&score, midi, analysis, &err), ATTUNE_OK);
    assert_int_equal(attune_damage_score(attune_damage_find("freezing"), &score, NULL, 1.0, SEED,
                                         &frozen, &err), ATTUNE_OK);
    size_t n_bends = 0;
    for (size_t i = 0; i < frozen.n_events; i++) {
        const struct attune_midi_event *event = &frozen.events[i];
        assert_int_not_equal(event->kind, ATTUNE_MIDI_PROGRAM);
        if (event->kind == ATTUNE_MIDI_PITCH_BEND) {
            assert_int_equal(event->value, 9000);
            assert_int_equal(event->tick, n_bends * BAR + 240);
            n_bends++;
        }
    }
    assert_int_equal(n_bends, 4);
    attune_midi_release(&frozen);
    attune_score_release(&score);
    attune_analysis_free(analysis);
    midi_builder_release(&b);
}

static void association_by_hand(void **state)
{
    const double x[] = {1, 2, 2, 3}, y[] = {1, 2, 3, 3}, flat[] = {5, 5, 5, 5};
    const double clean[] = {3, 4}, damaged[] = {1, 3};
    double auc, rho;
    assert_int_equal(attune_auc(clean, 2, damaged, 2, &auc, NULL), ATTUNE_OK);
    assert_float_equal(auc, 0.875, 0.0);
    assert_int_equal(attune_auc(clean, 2, damaged, 0, &auc, NULL), ATTUNE_OK);
    assert_true(isnan(auc));
    /* ranks (1 2.5 2.5 4) and (1 2 3.5 3.5): covariance 3.75, variances 4.5 */
    assert_int_equal(attune_spearman(x, y, 4, &rho, NULL), ATTUNE_OK);
    assert_float_equal(rho, 3.75 / 4.5, 1e-15);
    assert_float_equal(attune_pearson(x, y, 4), 2.0 / sqrt(2.0 * 2.75), 1e-15);
    assert_true(isnan(attune_pearson(x, flat, 4)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dose_zero_is_the_piece_itself),
        cmocka_unit_test(damage_grows_with_the_dose),
        cmocka_unit_test(note_damage_hits_its_share),
        cmocka_unit_test(bar_damage_moves_whole_bars),
        cmocka_unit_test(freezing_holds_the_settings),
        cmocka_unit_test(tempo_wander_keeps_the_notes),
        cmocka_unit_test(association_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
