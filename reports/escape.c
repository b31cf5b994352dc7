/* Escaping, one table per language. */
#include "reports/escape.h"

#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "base/err.h"

struct rule {
    char c;
    const char *text;
};

/* The next character of text: its code point, and its bytes through *n. Invalid bytes give
 * U+FFFD one by one. */
static uint32_t next_char(const char *text, size_t *n)
{
    const unsigned char *s = (const unsigned char *)text;
    *n = attune_utf8_step(text);
    switch (*n) {
    case 1:
        return s[0];
    case 2:
        return (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
    case 3:
        return (uint32_t)(s[0] & 0x0f) << 12 | (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
    case 4:
        return (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3f) << 12 |
               (uint32_t)(s[2] & 0x3f) << 6 | (s[3] & 0x3f);
    default:
        *n = 1;
        return 0xfffd;
    }
}

/* C0, DEL, C1, line and paragraph separators, and the marks that turn the direction of writing. */
static int is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || (c & 0xfffe) == 0xfffe;
}

static const char *rule_for(const struct rule *rules, uint32_t c)
{
    for (; rules->text; rules++) {
        if ((unsigned char)rules->c == c) {
            return rules->text;
        }
    }
    return NULL;
}

/* Applies the rules to ASCII and hands the rest through; control characters become spaces. */
static void escape(struct attune_buf *out, const char *text, const struct rule *rules)
{
    size_t n = 1;
    for (; *text; text += n) {
        const uint32_t c = next_char(text, &n);
        const char *replacement = c < 0x80 ? rule_for(rules, c) : NULL;
        if (replacement) {
            attune_buf_add(out, replacement);
        } else if (is_control(c)) {
            attune_buf_add(out, " ");
        } else if (c == 0xfffd) {
            attune_buf_add(out, "\xef\xbf\xbd");
        } else {
            attune_buf_add_bytes(out, text, n);
        }
    }
}

void attune_escape_html(struct attune_buf *out, const char *text)
{
    static const struct rule rules[] = {{'&', "&amp;"},  {'<', "&lt;"},   {'>', "&gt;"},
                                        {'"', "&quot;"}, {'\'', "&#39;"}, {0, NULL}};
    escape(out, text, rules);
}

void attune_escape_xml(struct attune_buf *out, const char *text)
{
    attune_escape_html(out, text); /* the five entities are XML's own */
}

void attune_escape_gnuplot(struct attune_buf *out, const char *text)
{
    /* Nothing is special inside single quotes: no escapes, no command substitution, no macros. */
    static const struct rule rules[] = {{'\'', "''"}, {0, NULL}};
    attune_buf_add(out, "'");
    escape(out, text, rules);
    attune_buf_add(out, "'");
}

void attune_escape_markdown(struct attune_buf *out, const char *text)
{
    static const struct rule rules[] = {{'\\', "\\\\"}, {'|', "\\|"},   {'*', "\\*"}, {'_', "\\_"},
                                        {'`', "\\`"},   {'[', "\\["},   {']', "\\]"}, {'<', "&lt;"},
                                        {'>', "&gt;"},  {'&', "&amp;"}, {'~', "\\~"}, {'#', "\\#"},
                                        {'$', "\\$"},   {'!', "\\!"},   {0, NULL}};
    escape(out, text, rules);
}

void attune_escape_url(struct attune_buf *out, const char *path)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    for (; *path; path++) {
        if (strchr(plain, *path)) {
            attune_buf_add_bytes(out, path, 1);
        } else {
            attune_buf_addf(out, "%%%02X", (unsigned char)*path);
        }
    }
}

void attune_escape_terminal(struct attune_buf *out, const char *text)
{
    static const struct rule none[] = {{0, NULL}};
    escape(out, text, none);
}

/* Signs that titles, units and verdicts hold. */
static const char *latex_sign(uint32_t c)
{
    static const struct {
        uint32_t c;
        const char *text;
    } signs[] = {
        {0xa0, "~"},           {0xb0, "$^\\circ$"},
        {0xb1, "$\\pm$"},      {0xb2, "$^2$"},
        {0xb5, "$\\mu$"},      {0xb7, "$\\cdot$"},
        {0xd7, "$\\times$"},   {0x3b1, "$\\alpha$"},
        {0x3b2, "$\\beta$"},   {0x3bc, "$\\mu$"},
        {0x3c3, "$\\sigma$"},  {0x3c4, "$\\tau$"},
        {0x2013, "--"},        {0x2014, "---"},
        {0x2018, "`"},         {0x2019, "'"},
        {0x201c, "``"},        {0x201d, "''"},
        {0x2026, "\\ldots{}"}, {0x2191, "$\\uparrow$"},
        {0x2192, "$\\to$"},    {0x2193, "$\\downarrow$"},
        {0x2212, "$-$"},       {0x221e, "$\\infty$"},
        {0x2264, "$\\le$"},    {0x2265, "$\\ge$"},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (signs[i].c == c) {
            return signs[i].text;
        }
    }
    return NULL;
}

void attune_escape_latex(struct attune_buf *out, const char *text)
{
    static const struct rule rules[] = {{'\\', "\\textbackslash{}"},
                                        {'{', "\\{"},
                                        {'}', "\\}"},
                                        {'$', "\\$"},
                                        {'&', "\\&"},
                                        {'#', "\\#"},
                                        {'%', "\\%"},
                                        {'_', "\\_"},
                                        {'^', "\\textasciicircum{}"},
                                        {'~', "\\textasciitilde{}"},
                                        {'<', "\\textless{}"},
                                        {'>', "\\textgreater{}"},
                                        {'|', "\\textbar{}"},
                                        {'"', "\\char34{}"},
                                        {'`', "\\char96{}"},
                                        {'-', "-{}"},
                                        {0, NULL}};
    size_t n = 1;
    for (; *text; text += n) {
        const uint32_t c = next_char(text, &n);
        const char *replacement = c < 0x80 ? rule_for(rules, c) : latex_sign(c);
        /* Letters of Latin-1 that OT1 can compose; the four of Icelandic and the signs need
         * other fonts. */
        const int letter = c >= 0xc0 && c <= 0xff && c != 0xd0 && c != 0xd7 && c != 0xde &&
                           c != 0xf0 && c != 0xf7 && c != 0xfe;
        if (replacement) {
            attune_buf_add(out, replacement);
        } else if (is_control(c)) {
            attune_buf_add(out, " ");
        } else if (c < 0x80 || letter) {
            attune_buf_add_bytes(out, text, n);
        } else {
            attune_buf_addf(out, "\\attunechar{%04X}{", (unsigned)c);
            attune_buf_add_bytes(out, text, n);
            attune_buf_add(out, "}");
        }
    }
}

size_t attune_text_width(const char *text)
{
    size_t width = 0, n = 1;
    for (; *text; text += n) {
        const int w = wcwidth((wchar_t)next_char(text, &n));
        width += w < 0 ? 1 : (size_t)w;
    }
    return width;
}
