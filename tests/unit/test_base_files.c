/* Files, folders, JSON Lines and NPY. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/io/temp_folder.h"
#include "base/io/jsonl.h"
#include "base/io/npy.h"
#include "base/mem.h"
#include "tests/support/scratch.h"

static void write_text(const char *name, const char *text)
{
    assert_int_equal(attune_file_write(scratch(name), text, strlen(text), NULL), ATTUNE_OK);
}

static void whole_files(void **state)
{
    char *bytes;
    size_t n;
    struct attune_err err = ATTUNE_ERR_INIT;
    write_text("a.txt", "first");
    write_text("a.txt", "second");
    assert_int_equal(attune_file_read(scratch("a.txt"), 6, &bytes, &n, NULL), ATTUNE_OK);
    assert_int_equal(n, 6);
    assert_string_equal(bytes, "second");
    attune_release(bytes);
    assert_int_equal(attune_file_read(scratch("a.txt"), 5, &bytes, &n, &err), ATTUNE_E_INPUT);
    assert_int_equal(attune_file_read(scratch_folder(), 5, &bytes, &n, &err), ATTUNE_E_INPUT);
    assert_int_equal(attune_file_read(scratch("none"), 5, &bytes, &n, &err), ATTUNE_E_IO);
    assert_int_equal(attune_file_write(scratch("no/such/folder"), "", 0, &err), ATTUNE_E_IO);
    mkfifo(scratch("fifo"), 0600); /* must not block */
    assert_int_equal(attune_file_read(scratch("fifo"), 5, &bytes, &n, &err), ATTUNE_E_INPUT);
    unlink(scratch("fifo"));
}

static void uncommitted_files_leave_nothing(void **state)
{
    struct attune_temp temp;
    assert_int_equal(attune_temp_open(&temp, scratch("half"), NULL), ATTUNE_OK);
    assert_int_equal(attune_temp_write(&temp, "x", 1, NULL), ATTUNE_OK);
    char name[300];
    snprintf(name, sizeof name, "%s", temp.name);
    assert_true(attune_file_exists(name));
    attune_temp_drop(&temp);
    attune_temp_drop(&temp);
    assert_false(attune_file_exists(name));
    assert_false(attune_file_exists(scratch("half")));
}

static void folders_are_walked_in_order(void **state)
{
    assert_int_equal(attune_dir_make(scratch("tree/b/c"), NULL), ATTUNE_OK);
    assert_int_equal(attune_dir_make(scratch("tree/b/c"), NULL), ATTUNE_OK);
    assert_int_equal(attune_dir_make(scratch("tree/.hidden"), NULL), ATTUNE_OK);
    write_text("tree/b/c/2", "");
    write_text("tree/b/1", "");
    write_text("tree/a", "");
    write_text("tree/.dot", "");
    write_text("tree/.hidden/x", "");
    assert_int_equal(symlink("..", scratch("tree/b/loop")), 0);
    struct attune_file_list list;
    assert_int_equal(attune_file_walk(&list, scratch("tree"), NULL), ATTUNE_OK);
    assert_int_equal(list.n, 3);
    assert_string_equal(list.paths[0], scratch("tree/a"));
    assert_string_equal(list.paths[1], scratch("tree/b/1"));
    assert_string_equal(list.paths[2], scratch("tree/b/c/2"));
    attune_file_list_release(&list);
    unlink(scratch("tree/b/loop"));
    unlink(scratch("tree/.dot"));
    unlink(scratch("tree/.hidden/x"));
    assert_int_equal(attune_file_walk(&list, scratch("nowhere"), NULL), ATTUNE_E_IO);
    assert_int_equal(attune_dir_make(scratch("tree/a/b"), NULL), ATTUNE_E_IO);
}

static void paths(void **state)
{
    struct attune_buf out = ATTUNE_BUF_INIT;
    assert_string_equal(attune_path_join(&out, "a", "b"), "a/b");
    assert_string_equal(attune_path_join(&out, "a/", "b"), "a/b");
    assert_string_equal(attune_path_join(&out, "", "b"), "b");
    assert_string_equal(attune_path_join(&out, "a", "/b"), "/b");
    assert_string_equal(attune_path_folder(&out, "a/b/c"), "a/b");
    assert_string_equal(attune_path_folder(&out, "c"), ".");
    assert_string_equal(attune_path_folder(&out, "/c"), "/");
    attune_buf_release(&out);
}

static void json_lines(void **state)
{
    write_text("a.jsonl", "\xef\xbb\xbf{\"a\": 1}\r\n\n  \n[2]\n{\"a\": 1, \"a\": 2}\n");
    struct attune_jsonl *reader;
    json_t *value;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_jsonl_open(&reader, scratch("a.jsonl"), &err), ATTUNE_OK);
    assert_int_equal(attune_jsonl_next(reader, &value, &err), ATTUNE_OK);
    assert_int_equal(json_integer_value(json_object_get(value, "a")), 1);
    assert_int_equal(attune_jsonl_line(reader), 1);
    json_decref(value);
    assert_int_equal(attune_jsonl_next(reader, &value, &err), ATTUNE_OK);
    assert_true(json_is_array(value));
    assert_int_equal(attune_jsonl_line(reader), 4);
    json_decref(value);
    assert_int_equal(attune_jsonl_next(reader, &value, &err), ATTUNE_E_INPUT); /* a key twice */
    assert_int_equal(err.line, 5);
    assert_int_equal(attune_jsonl_next(reader, &value, &err), ATTUNE_OK);
    assert_null(value);
    attune_jsonl_close(reader);
    assert_int_equal(attune_jsonl_open(&reader, scratch("none"), &err), ATTUNE_E_IO);
    assert_null(reader);
}

/* Lines across block borders, the last one without an end; a line beyond the cap. */
static void long_json_lines(void **state)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    for (int i = 0; i < 5000; i++) {
        attune_buf_addf(&text, "%s{\"i\": %d, \"padding\": \"%*s\"}", i ? "\n" : "", i, i % 97, "");
    }
    write_text("long.jsonl", attune_buf_text(&text));
    struct attune_jsonl *reader;
    assert_int_equal(attune_jsonl_open(&reader, scratch("long.jsonl"), NULL), ATTUNE_OK);
    for (int i = 0; i < 5000; i++) {
        json_t *value;
        assert_int_equal(attune_jsonl_next(reader, &value, NULL), ATTUNE_OK);
        assert_int_equal(json_integer_value(json_object_get(value, "i")), i);
        json_decref(value);
    }
    json_t *value;
    assert_int_equal(attune_jsonl_next(reader, &value, NULL), ATTUNE_OK);
    assert_null(value);
    assert_int_equal(attune_jsonl_line(reader), 5000);
    attune_jsonl_close(reader);

    attune_buf_reset(&text);
    attune_buf_addf(&text, "1\n%*s2\n", ATTUNE_JSONL_MAX_LINE + 1, "");
    write_text("wide.jsonl", attune_buf_text(&text));
    attune_buf_release(&text);
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_jsonl_open(&reader, scratch("wide.jsonl"), NULL), ATTUNE_OK);
    assert_int_equal(attune_jsonl_next(reader, &value, &err), ATTUNE_OK);
    json_decref(value);
    assert_int_equal(attune_jsonl_next(reader, &value, &err), ATTUNE_E_INPUT);
    assert_int_equal(err.line, 2);
    attune_jsonl_close(reader);
}

/* An NPY image: header text padded as numpy does, then the data. */
static size_t npy_image(uint8_t *out, const char *header, const void *data, size_t n_data)
{
    memcpy(out, "\x93NUMPY\x01\x00", 8);
    out[8] = (uint8_t)strlen(header);
    out[9] = 0;
    memcpy(out + 10, header, strlen(header));
    memcpy(out + 10 + strlen(header), data, n_data);
    return 10 + strlen(header) + n_data;
}

static void npy_types(void **state)
{
    const uint16_t half[] = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000};
    const double wide[] = {1.0, -2.0, 0.1, 1e300, NAN, -0.0};
    const int64_t whole[] = {1, -2, 3, 4, 5, 6};
    const float single[] = {1.0f, -2.0f, 3.5f, 4.0f, 5.0f, 6.0f};
    const struct {
        const char *header;
        const void *data;
        size_t n_data, n_rows, n_cols;
        float expected[6];
    } cases[] = {
        {"{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3), }", half, 12, 2, 3,
         {1.0f, -2.0f, 0x1p-24f, 65504.0f, INFINITY, -0.0f}},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }", wide, 48, 1, 6,
         {1.0f, -2.0f, 0.1f, INFINITY, NAN, -0.0f}},
        {"{'shape': (3, 2), 'descr': '<i8', 'fortran_order': False}", whole, 48, 3, 2,
         {1.0f, -2.0f, 3.0f, 4.0f, 5.0f, 6.0f}},
        {"{\"descr\":\"<f4\",\"fortran_order\":True,\"shape\":(6,1)}", single, 24, 6, 1,
         {1.0f, -2.0f, 3.5f, 4.0f, 5.0f, 6.0f}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t image[256];
        const size_t n = npy_image(image, cases[i].header, cases[i].data, cases[i].n_data);
        struct attune_matrix m;
        struct attune_err err = ATTUNE_ERR_INIT;
        if (attune_npy_parse(&m, image, n, &err)) {
            fail_msg("case %zu: %s", i, err.message);
        }
        assert_int_equal(m.n_rows, cases[i].n_rows);
        assert_int_equal(m.n_cols, cases[i].n_cols);
        assert_int_equal((uintptr_t)m.v % 64, 0);
        for (size_t k = 0; k < 6; k++) {
            const float e = cases[i].expected[k];
            assert_true(isnan(e) ? isnan(m.v[k]) : m.v[k] == e && signbit(m.v[k]) == signbit(e));
        }
        attune_matrix_release(&m);
    }
}

static void bad_npy_headers_are_named(void **state)
{
    const struct {
        const char *header, *message;
    } cases[] = {
        {"{'descr': '>f4', 'fortran_order': False, 'shape': (1, 1), }", "NPY type '>f4'"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (1, 1), }", "NPY type '|O'"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1), }",
         "NPY header without a plain"},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }",
         "NPY array in Fortran order"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1), }",
         "NPY array of more than two"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "NPY array must have"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (5, 1), }", "NPY shape (5, 1)"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
         "NPY shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 4), }",
         "NPY shape"},
        {"{'descr': '<f4', 'fortran_order': False}", "NPY header without a 'shape'"},
        {"", "NPY header without a plain"},
    };
    const uint8_t data[16] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t image[256];
        const size_t n = npy_image(image, cases[i].header, data, sizeof data);
        struct attune_matrix m;
        struct attune_err err = ATTUNE_ERR_INIT;
        assert_int_equal(attune_npy_parse(&m, image, n, &err), ATTUNE_E_INPUT);
        if (strncmp(err.message, cases[i].message, strlen(cases[i].message)) != 0) {
            fail_msg("case %zu: %s", i, err.message);
        }
        for (size_t cut = 0; cut < 10 + strlen(cases[i].header); cut++) {
            assert_int_equal(attune_npy_parse(&m, image, cut, NULL), ATTUNE_E_INPUT);
        }
    }
}

static void written_matrices_read_back(void **state)
{
    enum { ROWS = 700, COLS = 301 };
    float *v = attune_alloc(ROWS * COLS, sizeof *v);
    for (size_t i = 0; i < ROWS * COLS; i++) {
        v[i] = (float)i * 0.37f;
    }
    assert_int_equal(attune_npy_write(scratch("m.npy"), v, ROWS, COLS, NULL), ATTUNE_OK);
    struct attune_matrix m;
    assert_int_equal(attune_npy_read(&m, scratch("m.npy"), NULL), ATTUNE_OK);
    assert_int_equal(m.n_rows, ROWS);
    assert_int_equal(m.n_cols, COLS);
    assert_memory_equal(m.v, v, ROWS * COLS * sizeof *v);
    attune_matrix_release(&m);
    attune_release(v);
    struct stat st;
    assert_int_equal(stat(scratch("m.npy"), &st), 0);
    assert_int_equal(st.st_size, 128 + ROWS * COLS * 4);
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(truncate(scratch("m.npy"), 5000), 0);
    assert_int_equal(attune_npy_read(&m, scratch("m.npy"), &err), ATTUNE_E_INPUT);
    assert_string_equal(err.file, scratch("m.npy"));
    assert_null(m.v);
}

static void temporary_folders_lie_in_tmpdir_and_go_with_all_that_is_in_them(void **state)
{
    char path[ATTUNE_TEMP_FOLDER_SIZE], inner[ATTUNE_TEMP_FOLDER_SIZE + 32];
    const char *kept = scratch("kept");
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_file_write(kept, "x", 1, NULL), ATTUNE_OK);
    char *before = getenv("TMPDIR") ? attune_strdup(getenv("TMPDIR")) : NULL;
    setenv("TMPDIR", scratch_folder(), 1);
    assert_int_equal(attune_temp_folder_make(path, "test", &err), ATTUNE_OK);
    assert_int_equal(strncmp(path, scratch_folder(), strlen(scratch_folder())), 0);
    static const char *const inside[] = {"a/b/c", ".hidden/.too"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(inner, sizeof inner, "%s/%s", path, inside[i]);
        assert_int_equal(attune_dir_make(inner, &err), ATTUNE_OK);
        snprintf(inner, sizeof inner, "%s/%s/file", path, inside[i]);
        assert_int_equal(attune_file_write(inner, "x", 1, &err), ATTUNE_OK);
    }
    /* Links go, what they point at stays. */
    snprintf(inner, sizeof inner, "%s/folder", path);
    assert_int_equal(symlink(scratch_folder(), inner), 0);
    snprintf(inner, sizeof inner, "%s/file", path);
    assert_int_equal(symlink(kept, inner), 0);
    attune_temp_folder_remove(path);
    assert_false(attune_dir_exists(path));
    assert_true(attune_file_exists(kept));

    setenv("TMPDIR", "/nowhere", 1);
    assert_int_equal(attune_temp_folder_make(path, "test", &err), ATTUNE_E_IO);
    assert_string_equal(path, "");
    assert_non_null(strstr(err.message, "/nowhere"));
    attune_temp_folder_remove(path);
    before ? setenv("TMPDIR", before, 1) : unsetenv("TMPDIR");
    attune_release(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(temporary_folders_lie_in_tmpdir_and_go_with_all_that_is_in_them),
        cmocka_unit_test(whole_files),
        cmocka_unit_test(uncommitted_files_leave_nothing),
        cmocka_unit_test(folders_are_walked_in_order),
        cmocka_unit_test(paths),
        cmocka_unit_test(json_lines),
        cmocka_unit_test(long_json_lines),
        cmocka_unit_test(npy_types),
        cmocka_unit_test(bad_npy_headers_are_named),
        cmocka_unit_test(written_matrices_read_back),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
