/* symbolic.cosiatec_* against omnisia's COSIATEC (chromatic pitch, default options), exact, and the
 * worked example of 20 points. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/text.h"
#include "metrics/symbolic/cosiatec.h"
#include "tests/support/goldens.h"

static void test_files(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_analysis *analysis = attune_analysis_new(&err);
    json_t *root = goldens_json("symbolic_cosiatec.json"), *entry;
    const char *file;
    size_t n_files = 0, n_wrong = 0;
    json_object_foreach (root, file, entry) {
        struct attune_buf path = ATTUNE_BUF_INIT;
        struct attune_midi midi;
        attune_buf_addf(&path, "%s/midi/%s", ATTUNE_GOLDENS, file);
        assert_int_equal(attune_midi_read(&midi, attune_buf_text(&path), &err), ATTUNE_OK);
        assert_int_equal(attune_analysis_load_midi(analysis, &midi, &err), ATTUNE_OK);
        const struct attune_cosiatec *c = attune_analysis_cosiatec(analysis);
        const size_t points = (size_t)json_integer_value(json_object_get(entry, "n_points"));
        const size_t tecs = (size_t)json_integer_value(json_object_get(entry, "n_TECs"));
        const size_t length =
            (size_t)atoi(json_string_value(json_object_get(entry, "encodingLength")));
        if (c->n_points != points || c->n_tecs != tecs || c->length != length) {
            print_error("%s: %zu points, length %zu, %zu TECs; omnisia %zu, %zu, %zu\n", file,
                        c->n_points, c->length, c->n_tecs, points, length, tecs);
            n_wrong++;
        }
        attune_midi_release(&midi);
        attune_buf_release(&path);
        n_files++;
    }
    print_message("%zu files\n", n_files);
    assert_int_equal(n_wrong, 0);
    json_decref(root);
    attune_analysis_free(analysis);
}

int main(void)
{
    goldens_require();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
