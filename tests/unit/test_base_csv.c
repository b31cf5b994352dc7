/* The CSV reader: quoting, separators, errors with lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "base/io/csv.h"

static char path[64];

static struct attune_csv *open_text(const char *text, struct attune_err *err)
{
    snprintf(path, sizeof path, "/tmp/attune-csv-XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    struct attune_csv *reader;
    attune_csv_open(&reader, path, err);
    unlink(path);
    return reader;
}

static void fields_and_lines(void **state)
{
    bool has_row;
    struct attune_csv *r = open_text("\xef\xbb\xbf"
                                     "id,text\r\n1,\"a, \"\"b\"\"\nc\"\n\n2,\n",
                                     NULL);
    assert_non_null(r);
    assert_int_equal(attune_csv_find(r, "text"), 1);
    assert_int_equal(attune_csv_next(r, &has_row, NULL), ATTUNE_OK);
    assert_true(has_row);
    assert_string_equal(attune_csv_field(r, 1), "a, \"b\"\nc");
    assert_int_equal(attune_csv_line(r), 2);
    assert_int_equal(attune_csv_next(r, &has_row, NULL), ATTUNE_OK);
    assert_string_equal(attune_csv_field(r, 0), "2");
    assert_string_equal(attune_csv_field(r, 1), "");
    assert_int_equal(attune_csv_line(r), 5);
    assert_int_equal(attune_csv_next(r, &has_row, NULL), ATTUNE_OK);
    assert_false(has_row);
    attune_csv_close(r);
}

static void tabs_are_recognised(void **state)
{
    bool has_row;
    struct attune_csv *r = open_text("a\tb\n1\t2,3", NULL);
    assert_int_equal(attune_csv_n_columns(r), 2);
    assert_int_equal(attune_csv_next(r, &has_row, NULL), ATTUNE_OK);
    assert_string_equal(attune_csv_field(r, 1), "2,3");
    attune_csv_close(r);
}

static void errors_name_line_and_columns(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    bool has_row;
    int column;
    struct attune_csv *r = open_text("a,b\n1,2\n1\n", NULL);
    assert_int_equal(attune_csv_require(r, "winner", &column, &err), ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "a, b"));
    assert_int_equal(attune_csv_next(r, &has_row, &err), ATTUNE_OK);
    assert_int_equal(attune_csv_next(r, &has_row, &err), ATTUNE_E_INPUT);
    assert_int_equal(err.line, 3);
    attune_csv_close(r);

    r = open_text("a,b\n1,\xff\n", NULL);
    assert_int_equal(attune_csv_next(r, &has_row, &err), ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "UTF-8"));
    attune_csv_close(r);

    r = open_text("a,b\n1,\"2\n", NULL);
    assert_int_equal(attune_csv_next(r, &has_row, &err), ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "quotes"));
    attune_csv_close(r);

    assert_null(open_text("", &err));
    assert_non_null(strstr(err.message, "header"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_and_lines),
        cmocka_unit_test(tabs_are_recognised),
        cmocka_unit_test(errors_name_line_and_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
