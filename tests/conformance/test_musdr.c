/* compat.musdr.h1, h4 and gs against MusDr's functions on recorded bars. Tolerance 1e-9 absolute.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "metrics/analysis/analysis.h"
#include "metrics/compat/compat.h"
#include "tests/support/goldens.h"

struct comparison {
    const char *file;
    json_t *expected;
    size_t n_seen, n_wrong;
    double largest;
};

static json_t *expected_of(const struct comparison *c, const char *name)
{
    static const char *const names[][2] = {{"compat.musdr.h1", "H1"}, {"compat.musdr.h4", "H4"},
                                           {"compat.musdr.gs", "GS_all_pairs"}};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(name, names[i][0]) == 0) {
            return json_object_get(c->expected, names[i][1]);
        }
    }
    return NULL;
}

static void on_scalar(void *context, const char *name, double value)
{
    struct comparison *c = context;
    json_t *expected = expected_of(c, name);
    if (json_is_number(expected)) {
        const double difference = fabs(value - json_number_value(expected));
        c->n_seen++;
        c->largest = fmax(c->largest, difference);
        if (difference > 1e-9) {
            print_error("%s: %s: %.15g, MusDr: %.15g\n", c->file, name, value,
                        json_number_value(expected));
            c->n_wrong++;
        }
    } else if (expected) {
        print_error("%s: %s: a value where MusDr has none\n", c->file, name);
        c->n_wrong++;
    }
}

static void on_undefined(void *context, const char *name, const char *why)
{
    struct comparison *c = context;
    if (json_is_number(expected_of(c, name))) {
        print_error("%s: %s: %s\n", c->file, name, why);
        c->n_wrong++;
    }
}

static void test_values(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_analysis *analysis = attune_analysis_new(&err);
    struct comparison c = {0};
    const struct attune_compat_sink sink = {&c, on_scalar, NULL, on_undefined};
    json_t *root = goldens_json("symbolic_musdr.json");
    size_t n_files = 0;
    json_object_foreach (root, c.file, c.expected) {
        struct attune_buf path = ATTUNE_BUF_INIT;
        struct attune_midi midi;
        attune_buf_addf(&path, "%s/midi/%s", ATTUNE_GOLDENS, c.file);
        assert_int_equal(attune_midi_read(&midi, attune_buf_text(&path), &err), ATTUNE_OK);
        assert_int_equal(attune_analysis_load_midi(analysis, &midi, &err), ATTUNE_OK);
        attune_compat_musdr(analysis, &sink);
        attune_midi_release(&midi);
        attune_buf_release(&path);
        n_files++;
    }
    print_message("%zu files, %zu values, largest difference %.3g\n", n_files, c.n_seen, c.largest);
    assert_true(c.n_seen > 100);
    assert_int_equal(c.n_wrong, 0);
    json_decref(root);
    attune_analysis_free(analysis);
}

int main(void)
{
    goldens_require();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
