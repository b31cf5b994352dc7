/* compat.muspy.* against muspy 0.5.0 (mido 1.x), every file of the recorded set.
 * Tolerance: counts exact, the rest 1e-9 absolute (double precision sums in another order). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "metrics/analysis/internal.h"
#include "metrics/compat/compat.h"
#include "metrics/compat/compat_muspy_notes.h"
#include "tests/support/goldens.h"

static const double tolerance = 1e-9;

struct comparison {
    const char *file;
    json_t *expected; /* the "metrics" of one file, or NULL where muspy could not read it */
    size_t n_seen, n_wrong;
    double largest;
};

static const char *short_name(const char *name)
{
    assert_memory_equal(name, "compat.muspy.", 13);
    return name + 13;
}

static void wrong(struct comparison *c, const char *name, const char *what)
{
    print_error("%s: %s: %s\n", c->file, name, what);
    c->n_wrong++;
}

static void on_scalar(void *context, const char *name, double value)
{
    struct comparison *c = context;
    json_t *expected = json_object_get(c->expected, short_name(name));
    c->n_seen++;
    if (!json_is_number(expected)) {
        wrong(c, name, "a value where muspy has none");
        return;
    }
    const double difference = fabs(value - json_number_value(expected));
    c->largest = fmax(c->largest, difference);
    if (difference > (json_is_integer(expected) ? 0.0 : tolerance) ||
        (signbit(value) != 0) != (signbit(json_number_value(expected)) != 0)) {
        print_error("%.17g, muspy: %.17g: ", value, json_number_value(expected));
        wrong(c, name, "differs");
    }
}

static void on_undefined(void *context, const char *name, const char *why)
{
    struct comparison *c = context;
    json_t *expected = json_object_get(c->expected, short_name(name));
    c->n_seen++;
    assert_non_null(why);
    if (json_is_number(expected)) {
        wrong(c, name, why);
    } else if (c->expected) {
        const bool is_error = strstr(why, "max()") != NULL;
        if (is_error != json_is_object(expected)) {
            wrong(c, name, "undefined for another reason");
        }
    }
}

static bool read_midi(const char *file, struct attune_midi *midi)
{
    struct attune_buf path = ATTUNE_BUF_INIT;
    struct attune_err err = ATTUNE_ERR_INIT;
    attune_buf_addf(&path, "%s/midi/%s", ATTUNE_GOLDENS, file);
    const bool ok = attune_midi_read(midi, attune_buf_text(&path), &err) == ATTUNE_OK;
    attune_buf_release(&path);
    return ok;
}

static void test_values(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_analysis *analysis = attune_analysis_new(&err);
    struct comparison c = {0};
    const struct attune_compat_sink sink = {&c, on_scalar, NULL, on_undefined};
    json_t *root = goldens_json("symbolic_muspy.json"), *entry;
    size_t n_files = 0;
    json_object_foreach (root, c.file, entry) {
        struct attune_midi midi;
        c.expected = json_object_get(entry, "metrics");
        if (!read_midi(c.file, &midi)) {
            assert_null(c.expected);
            continue;
        }
        assert_int_equal(attune_analysis_load_midi(analysis, &midi, &err), ATTUNE_OK);
        c.n_seen = 0;
        attune_compat_muspy(analysis, &sink);
        assert_int_equal(c.n_seen, 16);
        attune_midi_release(&midi);
        n_files++;
    }
    print_message("%zu files, largest difference %.3g\n", n_files, c.largest);
    assert_int_equal(c.n_wrong, 0);
    json_decref(root);
    attune_analysis_free(analysis);
}

/* One note as a row of numbers, for sorting. */
struct row {
    json_int_t key[6]; /* program, drum, onset, duration, pitch, velocity */
};

static int by_key(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    for (int i = 0; i < 6; i++) {
        if (a->key[i] != b->key[i]) {
            return a->key[i] < b->key[i] ? -1 : 1;
        }
    }
    return 0;
}

static size_t expected_rows(json_t *entry, struct row *rows, size_t room)
{
    size_t n = 0, i, j;
    json_t *track, *note;
    json_array_foreach (json_object_get(entry, "tracks"), i, track) {
        json_array_foreach (json_object_get(track, "notes"), j, note) {
            assert_true(n < room);
            struct row *row = &rows[n++];
            row->key[0] = json_integer_value(json_object_get(track, "program"));
            row->key[1] = json_is_true(json_object_get(track, "is_drum"));
            for (size_t k = 0; k < 4; k++) {
                row->key[2 + k] = json_integer_value(json_array_get(note, k));
            }
        }
    }
    qsort(rows, n, sizeof *rows, by_key);
    return n;
}

static void test_notes(void **state)
{
    enum { ROOM = 10000 };
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_analysis *analysis = attune_analysis_new(&err);
    struct row *expected = calloc(ROOM, sizeof *expected), *actual = calloc(ROOM, sizeof *actual);
    json_t *root = goldens_json("symbolic_notes.json.gz"), *entry;
    const char *file;
    size_t n_files = 0, n_notes = 0;
    json_object_foreach (root, file, entry) {
        struct attune_midi midi;
        assert_true(read_midi(file, &midi));
        assert_int_equal(attune_analysis_load_midi(analysis, &midi, &err), ATTUNE_OK);
        const struct attune_muspy_notes notes = attune_muspy_notes_read(analysis);
        const size_t n = expected_rows(entry, expected, ROOM);
        assert_null(notes.why);
        assert_int_equal(notes.resolution,
                         json_integer_value(json_object_get(entry, "resolution")));
        assert_int_equal(notes.n_notes, n);
        for (size_t i = 0; i < n; i++) {
            const struct attune_muspy_note *note = &notes.notes[i];
            actual[i] = (struct row){{note->program, note->channel == 9, note->onset,
                                      note->end - note->onset, note->pitch, note->velocity}};
        }
        qsort(actual, n, sizeof *actual, by_key);
        if (n > 0) {
            assert_memory_equal(actual, expected, n * sizeof *actual);
        }
        n_files++;
        n_notes += n;
        attune_midi_release(&midi);
    }
    print_message("%zu files, %zu notes\n", n_files, n_notes);
    free(expected);
    free(actual);
    json_decref(root);
    attune_analysis_free(analysis);
}

int main(void)
{
    goldens_require();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
