/* Characters of a figure against those of the installed fonts. */
#include "reports/plots/glyphs.h"

#include <stdint.h>

#include "base/mem.h"
#include "models/drivers/process.h"

enum { N_POINTS = 0x110000, MAX_LINE = 1 << 20 };
static const double timeout_s = 20.0;
static const char square[] = "\xe2\x96\xa1";

void attune_glyphs_release(struct attune_glyphs *glyphs)
{
    attune_release(glyphs->has);
    *glyphs = (struct attune_glyphs){0};
}

/* The code point of a valid sequence of n bytes. */
static uint32_t decode(const char *text, size_t n)
{
    static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t point = (unsigned char)text[0] & lead[n];
    for (size_t i = 1; i < n; i++) {
        point = point << 6 | ((unsigned char)text[i] & 0x3fu);
    }
    return point;
}

/* Latin, Greek, Cyrillic, punctuation, arrows and mathematics: every text font has them. */
static bool is_common(uint32_t point)
{
    return point < 0x530 || (point >= 0x1e00 && point < 0x2300);
}

/* ":charset=20-7e a0 3041-3096" */
static void take_ranges(unsigned char *has, const char *line)
{
    const char *at = strchr(line, '=');
    while (at) {
        char *end;
        const unsigned long low = strtoul(at + 1, &end, 16);
        const unsigned long high = *end == '-' ? strtoul(end + 1, &end, 16) : low;
        for (unsigned long point = low; point <= high && point < N_POINTS; point++) {
            has[point / 8] |= (unsigned char)(1u << point % 8);
        }
        at = *end == ' ' ? end : NULL;
    }
}

static void ask_fonts(struct attune_glyphs *glyphs)
{
    const char *const argv[] = {"fc-list", ":", "charset", NULL};
    const struct attune_process_spec spec = {.argv = argv};
    struct attune_process *process = NULL;
    struct attune_buf line = ATTUNE_BUF_INIT;
    glyphs->has = attune_alloc(N_POINTS / 8, 1);
    if (!glyphs->has || attune_process_start(&process, &spec, NULL)) {
        return;
    }
    const double deadline = attune_now_s() + timeout_s;
    while (attune_process_read_line(process, &line, MAX_LINE, deadline, NULL, NULL) == ATTUNE_OK) {
        take_ranges(glyphs->has, attune_buf_text(&line));
    }
    attune_process_stop(process, 1.0);
    attune_buf_release(&line);
}

static bool can_draw(struct attune_glyphs *glyphs, uint32_t point)
{
    if (is_common(point)) {
        return true;
    }
    if (!glyphs->has) {
        ask_fonts(glyphs);
    }
    return glyphs->has && glyphs->has[point / 8] >> point % 8 & 1;
}

/* Debian's. */
static const char *package_for(uint32_t point)
{
    return point >= 0x1f000 && point < 0x20000 ? "fonts-noto-color-emoji"
           : (point >= 0x1100 && point < 0x1200) || (point >= 0x2e80 && point < 0xa4d0) ||
                   (point >= 0xac00 && point < 0xd800) || (point >= 0xf900 && point < 0xfb00) ||
                   (point >= 0xfe30 && point < 0xfff0) || point >= 0x20000
               ? "fonts-noto-cjk"
               : "fonts-noto-core";
}

void attune_glyphs_add(struct attune_glyphs *glyphs, struct attune_buf *out, const char *text,
                       struct attune_buf *warning)
{
    for (size_t n; *text; text += n) {
        n = attune_utf8_step(text);
        n = n ? n : 1;
        const uint32_t point = n > 1 ? decode(text, n) : 0;
        if (can_draw(glyphs, point)) {
            attune_buf_add_bytes(out, text, n);
            continue;
        }
        attune_buf_add(out, square);
        if (warning->n_bytes == 0) {
            attune_buf_addf(warning,
                            "no installed font has '%.*s' (U+%04X): drawn as %s\n"
                            "hint: install %s (Debian's name) and draw again, or take --format "
                            "svg\n",
                            (int)n, text, (unsigned)point, square, package_for(point));
        }
    }
}
