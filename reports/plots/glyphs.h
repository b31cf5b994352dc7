/* Characters that no installed font has. Where a font has them, Pango finds it by itself, whatever
 * the figure's own font is; where none has, gnuplot's cairo terminals draw a box of hexadecimal
 * digits many times the size of the picture. */
#ifndef ATTUNE_REPORTS_PLOTS_GLYPHS_H
#define ATTUNE_REPORTS_PLOTS_GLYPHS_H

#include "base/text.h"

/* What the installed fonts have; asked of fontconfig's fc-list at the first letter that is not
 * Latin, Greek or Cyrillic. Zero-initialised; release when done. */
struct attune_glyphs {
    unsigned char *has; /* a bit per code point; NULL: not asked yet */
};

void attune_glyphs_release(struct attune_glyphs *glyphs);

/* Appends the text with a small square for every character that no font has; all beyond those
 * alphabets where fc-list is not there. The first of them puts two lines into warning, which say so
 * and which package helps. */
void attune_glyphs_add(struct attune_glyphs *glyphs, struct attune_buf *out, const char *text,
                       struct attune_buf *warning);

#endif
