/* A picture drawn by gnuplot: script and data are kept beside it, so that it can be redrawn for a
 * paper by `gnuplot NAME.gp` in its own folder.
 *
 * A figure is built in three steps: attune_figure_begin writes the terminal and the common style
 * into the script, the plot appends its commands and its data, attune_figure_write writes the files
 * and runs gnuplot. The plots never see a shell; text from outside goes through attune_figure_text.
 */
#ifndef ATTUNE_REPORTS_FIGURE_H
#define ATTUNE_REPORTS_FIGURE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"
#include "reports/plots/glyphs.h"

struct attune_figure {
    struct attune_buf script, data;
    struct attune_buf notes; /* what the picture shows in numbers, a line each: printed, and kept
                                with the data */
    struct attune_buf warnings; /* what could not be drawn as asked for: for stderr */
    struct attune_glyphs glyphs;
    struct attune_buf folder, stem; /* of the files: FOLDER/STEM.svg, STEM.gp, STEM.dat */
    const char *format;             /* "svg", "pdf" or "png" */
    double width_cm, height_cm;
};

/* One column and two columns of a paper, and type that can be read there. */
#define ATTUNE_FIGURE_COLUMN_CM 8.4
#define ATTUNE_FIGURE_PAGE_CM 17.4
#define ATTUNE_FIGURE_TYPE_PT 7

/* Room that n_chars of type take, estimated from a wide sans serif. */
static inline double attune_figure_text_cm(size_t n_chars)
{
    return 0.146 * (double)n_chars;
}

/* Okabe & Ito's palette, told apart by colour-blind readers; index taken modulo its size. */
const char *attune_figure_color(size_t index);

/* out: the picture's path; its extension, where it has one of svg, pdf, png, decides the format
 * unless format is given; svg where neither is. ATTUNE_E_USAGE for another format. */
enum attune_code attune_figure_init(struct attune_figure *figure, const char *out,
                                    const char *format, struct attune_err *err);
void attune_figure_release(struct attune_figure *figure);

/* Starts the script for a picture of this size. */
void attune_figure_begin(struct attune_figure *figure, double width_cm, double height_cm);

/* Appends a quoted string constant, the data file's name included. */
void attune_figure_text(struct attune_figure *figure, const char *text);
void attune_figure_tic(struct attune_figure *figure,
                       const char *text); /* labels of tics are formats */
void attune_figure_data_name(struct attune_figure *figure);

/* Appends the title of a figure of one panel, at its upper edge. */
void attune_figure_heading(struct attune_figure *figure, const char *title);

/* Appends text to the data as a quoted column. */
void attune_figure_data_text(struct attune_figure *figure, const char *text);

/* Appends a line to the notes. */
void attune_figure_note(struct attune_figure *figure, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends color(i), the palette as a function of the script. */
void attune_figure_colors(struct attune_figure *figure);

/* Appends a title as a string expression, on as many lines as it needs at width characters, and
 * says how many those are. */
size_t attune_figure_title_lines(const char *title, size_t width);
void attune_figure_title(struct attune_figure *figure, const char *title, size_t width);

/* Values from low to high with a little room, as an axis shows them; never empty. */
void attune_figure_range(double low, double high, double range[2]);

/* Appends such a range and round tics for an axis ('x' or 'y') of size_cm, as many as their labels
 * leave room for. */
void attune_figure_axis(struct attune_figure *figure, char axis, double low, double high,
                        double size_cm);

/* Releases a text that has gone into the figure. One that ran out of memory is cut short, so the
 * figure then fails rather than be drawn without it. */
void attune_figure_spend(struct attune_figure *figure, struct attune_buf *text);

/* Appends palettes: viridis for amounts, blue-white-vermillion for deviations. */
void attune_figure_palette(struct attune_figure *figure, bool diverging);

/* Appends `set tmargin/bmargin/lmargin/rmargin at screen` for a panel given in centimetres from
 * the lower left corner. */
void attune_figure_panel(struct attune_figure *figure, double left_cm, double bottom_cm,
                         double right_cm, double top_cm);

/* Writes script and data, then draws. ATTUNE_E_MISSING when gnuplot is not installed or too old:
 * script and data are then there all the same. picture: receives the path of the picture; may be
 * NULL. */
enum attune_code attune_figure_write(struct attune_figure *figure, struct attune_buf *picture,
                                     struct attune_err *err);

#endif
