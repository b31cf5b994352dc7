#include "tests/support/goldens.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/text.h"

void goldens_require(void)
{
    struct stat info;
    if (stat(ATTUNE_GOLDENS, &info) != 0) {
        printf("skipped: no folder '%s' with the values of other tools\n", ATTUNE_GOLDENS);
        exit(77);
    }
}

/* Python writes NaN and Infinity, which JSON does not know: no test reads these
 * fields, so outside strings they become 0. */
static void numbers_only(char *text)
{
    bool quoted = false;
    for (char *p = text; *p; p++) {
        if (*p == '\\' && quoted && p[1]) {
            p++;
        } else if (*p == '"') {
            quoted = !quoted;
        } else if (!quoted && strncmp(p, "NaN", 3) == 0) {
            memcpy(p, "0  ", 3);
        } else if (!quoted && strncmp(p, "Infinity", 8) == 0) {
            memcpy(p, "0       ", 8);
        }
    }
}

json_t *goldens_json(const char *name)
{
    struct attune_buf path = ATTUNE_BUF_INIT, text = ATTUNE_BUF_INIT;
    attune_buf_addf(&path, "%s/%s", ATTUNE_GOLDENS, name);
    gzFile file = gzopen(attune_buf_text(&path), "rb");
    assert_non_null(file);
    char block[1 << 16];
    int n;
    while ((n = gzread(file, block, sizeof block)) > 0) {
        attune_buf_add_bytes(&text, block, (size_t)n);
    }
    gzclose(file);
    assert_false(text.failed);
    numbers_only(text.text);
    json_error_t error;
    json_t *root = json_loadb(attune_buf_text(&text), text.n_bytes, 0, &error);
    if (!root) {
        fail_msg("%s: %s", name, error.text);
    }
    attune_buf_release(&path);
    attune_buf_release(&text);
    return root;
}

bool goldens_close(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance * fmax(1.0, fabs(b));
}
