/* Figures: style, files, and the run of gnuplot. */
#include "reports/plots/figure.h"

#include <math.h>
#include <stdarg.h>

#include "base/io/file.h"
#include "models/drivers/process.h"
#include "reports/escape.h"

static const double timeout_s = 120.0;

enum { N_COLORS = 8 };

const char *attune_figure_color(size_t index)
{
    static const char *const colors[N_COLORS] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#000000", "#999999"};
    return colors[index % N_COLORS];
}

void attune_figure_colors(struct attune_figure *figure)
{
    attune_buf_addf(&figure->script, "array colors[%d] = [", N_COLORS);
    for (size_t i = 0; i < N_COLORS; i++) {
        attune_buf_addf(&figure->script, "%s0x%s", i ? ", " : "", attune_figure_color(i) + 1);
    }
    attune_buf_addf(&figure->script, "]\ncolor(i) = colors[int(i) %% %d + 1]\n", N_COLORS);
}

static const char *known_format(const char *text)
{
    static const char *const formats[] = {"svg", "pdf", "png"};
    for (size_t i = 0; text && i < 3; i++) {
        if (strcmp(text, formats[i]) == 0) {
            return formats[i];
        }
    }
    return NULL;
}

enum attune_code attune_figure_init(struct attune_figure *figure, const char *out,
                                    const char *format, struct attune_err *err)
{
    *figure = (struct attune_figure){0};
    const char *slash = strrchr(out, '/');
    const char *name = slash ? slash + 1 : out;
    const char *dot = strrchr(name, '.');
    const char *by_name = dot ? known_format(dot + 1) : NULL;
    if (format && !known_format(format)) {
        return attune_fail(err, ATTUNE_E_USAGE, "no picture format '%s': svg, pdf or png", format);
    }
    figure->format = format ? known_format(format) : by_name ? by_name : "svg";
    attune_path_folder(&figure->folder, out);
    attune_buf_add_bytes(&figure->stem, name, by_name ? (size_t)(dot - name) : strlen(name));
    if (figure->stem.failed || figure->folder.failed || figure->stem.n_bytes == 0) {
        return attune_fail(err, ATTUNE_E_USAGE, "'%s' is no file name", out);
    }
    return ATTUNE_OK;
}

void attune_figure_release(struct attune_figure *figure)
{
    attune_buf_release(&figure->script);
    attune_buf_release(&figure->data);
    attune_buf_release(&figure->notes);
    attune_buf_release(&figure->warnings);
    attune_glyphs_release(&figure->glyphs);
    attune_buf_release(&figure->folder);
    attune_buf_release(&figure->stem);
}

void attune_figure_text(struct attune_figure *figure, const char *text)
{
    struct attune_buf drawn = ATTUNE_BUF_INIT;
    if (strcmp(figure->format, "svg") == 0) { /* drawn by whoever shows it, with that one's fonts */
        attune_buf_add(&drawn, text);
    } else {
        attune_glyphs_add(&figure->glyphs, &drawn, text, &figure->warnings);
    }
    attune_escape_gnuplot(&figure->script, attune_buf_text(&drawn));
    attune_figure_spend(figure, &drawn);
}

void attune_figure_note(struct attune_figure *figure, const char *fmt, ...)
{
    char text[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct attune_buf plain = ATTUNE_BUF_INIT;
    attune_escape_terminal(&plain, text); /* names may come from anywhere */
    attune_buf_addf(&figure->notes, "%s\n", attune_buf_text(&plain));
    attune_buf_addf(&figure->data, "# %s\n", attune_buf_text(&plain));
    attune_buf_release(&plain);
}

void attune_figure_tic(struct attune_figure *figure, const char *text)
{
    struct attune_buf doubled = ATTUNE_BUF_INIT;
    for (; *text; text++) {
        attune_buf_add_bytes(&doubled, text, 1);
        attune_buf_add(&doubled, *text == '%' ? "%" : "");
    }
    attune_figure_text(figure, attune_buf_text(&doubled));
    attune_buf_release(&doubled);
}

/* The space nearest to the middle; 0 where there is none. */
static size_t middle_space(const char *text, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++) {
        if (text[i] == ' ' &&
            (best == 0 || labs(2 * (long)i - (long)n) < labs(2 * (long)best - (long)n))) {
            best = i;
        }
    }
    return best;
}

/* Whether the first n bytes fit; widths are estimates of a wide type, a little more still does. */
static bool fits(const char *text, size_t n, size_t width)
{
    struct attune_buf line = ATTUNE_BUF_INIT;
    attune_buf_add_bytes(&line, text, n);
    const bool fit = attune_text_width(attune_buf_text(&line)) <= width + width / 5;
    attune_buf_release(&line);
    return fit;
}

/* Bytes of the first line: all, half where both halves fit, else as many words as do. */
static size_t first_line(const char *title, size_t width)
{
    const size_t n = strlen(title), middle = middle_space(title, n);
    if (attune_text_width(title) <= width || middle == 0) {
        return n;
    }
    if (fits(title, middle, width) && fits(title + middle + 1, n - middle - 1, width)) {
        return middle;
    }
    size_t end = 0;
    for (size_t i = 1; i < n; i++) {
        end = title[i] == ' ' && (end == 0 || fits(title, i, width)) ? i : end;
    }
    return end;
}

size_t attune_figure_title_lines(const char *title, size_t width)
{
    size_t n_lines = 1;
    for (size_t n; title[n = first_line(title, width)]; n_lines++) {
        title += n + 1;
    }
    return n_lines;
}

void attune_figure_title(struct attune_figure *figure, const char *title, size_t width)
{
    for (;;) {
        const size_t n = first_line(title, width);
        struct attune_buf line = ATTUNE_BUF_INIT;
        attune_buf_add_bytes(&line, title, n);
        attune_figure_text(figure, attune_buf_text(&line));
        attune_figure_spend(figure, &line);
        if (!title[n]) {
            return;
        }
        attune_buf_add(&figure->script, ".\"\\n\".");
        title += n + 1;
    }
}

/* The smallest of 1, 2, 5 times a power of ten that is at least x. */
static double nice_step(double x)
{
    const double power = pow(10.0, floor(log10(x))), lead = x / power;
    return power * (lead <= 1.0 ? 1.0 : lead <= 2.0 ? 2.0 : lead <= 5.0 ? 5.0 : 10.0);
}

void attune_figure_range(double low, double high, double range[2])
{
    /* gnuplot can't draw an empty range; one that only rounding fills is as good as empty */
    if (!(high - low > 1e-6 * fmax(fabs(low), fabs(high)))) {
        const double room = isfinite(low) && low != 0.0 ? 0.1 * fabs(low) : 1.0;
        high = (isfinite(low) ? low : 0.0) + room;
        low = high - 2.0 * room;
    }
    const double room = 0.06 * (high - low);
    range[0] = low - room;
    range[1] = high + room;
}

/* Room that the label of one tic takes along its axis. */
static double tic_cm(char axis, const double range[2], double step)
{
    size_t widest = 0;
    for (int end = 0; end < 2; end++) {
        char text[40];
        const int n = snprintf(text, sizeof text, "%g", step * round(range[end] / step));
        widest = n > (int)widest ? (size_t)n : widest;
    }
    return axis == 'x' ? attune_figure_text_cm(widest + 1) : 0.45;
}

void attune_figure_axis(struct attune_figure *figure, char axis, double low, double high,
                        double size_cm)
{
    enum { MOST_TICS = 6 };
    double range[2];
    attune_figure_range(low, high, range);
    const double width = range[1] - range[0];
    double step = nice_step(width / MOST_TICS);
    for (int n = MOST_TICS; n > 1 && tic_cm(axis, range, step) > size_cm * step / width; n--) {
        step = nice_step(1.01 * width / (double)(n - 1));
    }
    attune_buf_addf(&figure->script, "set %crange [%.8g:%.8g]\nset %ctics %.8g\n", axis, range[0],
                    range[1], axis, step);
}

/* STEM.extension as a string constant. */
static void add_name(struct attune_figure *figure, const char *extension)
{
    struct attune_buf name = ATTUNE_BUF_INIT;
    attune_buf_addf(&name, "%s.%s", attune_buf_text(&figure->stem), extension);
    attune_escape_gnuplot(&figure->script, attune_buf_text(&name)); /* a file name as it is */
    attune_buf_release(&name);
}

/* A label rather than gnuplot's title, which its SVG terminal drops when it is raised. */
void attune_figure_heading(struct attune_figure *figure, const char *title)
{
    attune_buf_add(&figure->script, "set label ");
    attune_figure_text(figure, title);
    attune_buf_addf(&figure->script, " at graph 0.5, screen %.4f center noenhanced\n",
                    1.0 - 0.3 / figure->height_cm);
}

void attune_figure_data_name(struct attune_figure *figure)
{
    add_name(figure, "dat");
}

void attune_figure_data_text(struct attune_figure *figure, const char *text)
{
    struct attune_buf plain = ATTUNE_BUF_INIT;
    attune_escape_terminal(&plain, text);
    attune_buf_add_csv(&figure->data, attune_buf_text(&plain));
    attune_buf_release(&plain);
}

void attune_figure_begin(struct attune_figure *figure, double width_cm, double height_cm)
{
    struct attune_buf *s = &figure->script;
    figure->width_cm = width_cm;
    figure->height_cm = height_cm;
    attune_buf_add(s, "# Made by attune; redraw with gnuplot 5.2 or later in this folder.\nreset\n"
                      "set encoding utf8\n");
    /* Type has its size in print in all three formats: 300 dots per inch for PNG, and twice as
     * large as printed for SVG, which browsers show at its nominal size. */
    const double inches[2] = {width_cm / 2.54, height_cm / 2.54};
    if (strcmp(figure->format, "pdf") == 0) {
        attune_buf_addf(s,
                        "set terminal pdfcairo noenhanced color size %.4gin,%.4gin font "
                        "'Helvetica,%d' fontscale 1 linewidth 0.7 pointscale 0.45\n",
                        inches[0], inches[1], ATTUNE_FIGURE_TYPE_PT);
    } else if (strcmp(figure->format, "png") == 0) {
        attune_buf_addf(s,
                        "set terminal pngcairo noenhanced size %.0f,%.0f font 'Helvetica,%d' "
                        "fontscale 3.125 linewidth 2.9 pointscale 1.8\n",
                        300.0 * inches[0], 300.0 * inches[1], ATTUNE_FIGURE_TYPE_PT);
    } else {
        attune_buf_addf(s,
                        "set terminal svg noenhanced size %.0f,%.0f font 'Helvetica,%d' "
                        "linewidth 1.4 background '#ffffff'\nset pointsize 0.75\n",
                        144.0 * inches[0], 144.0 * inches[1], 2 * ATTUNE_FIGURE_TYPE_PT);
    }
    attune_buf_add(s, "set output ");
    add_name(figure, figure->format);
    attune_buf_add(s, "\nset datafile separator '\\t'\nset datafile missing 'NaN'\n"
                      "set border 3 lw 0.8 lc rgb '#444444'\nset tics nomirror scale 0.5 textcolor "
                      "rgb '#222222'\n"
                      "set style line 9 lc rgb '#dddddd' lw 0.6\nset key off\nunset title\n"
                      "set format x '%g'\nset format y '%g'\n");
}

void attune_figure_spend(struct attune_figure *figure, struct attune_buf *text)
{
    if (figure) { /* a legend is also measured without one */
        figure->script.failed = figure->script.failed || text->failed;
    }
    attune_buf_release(text);
}

void attune_figure_palette(struct attune_figure *figure, bool diverging)
{
    attune_buf_add(&figure->script,
                   diverging
                       ? "set palette defined (-2 '#0072B2', -1 '#7fb8d8', 0 '#ffffff', "
                         "1 '#f0b48c', 2 '#D55E00')\n"
                       : "set palette defined (0 '#440154', 1 '#472d7b', 2 '#3b528b', 3 '#2c728e', "
                         "4 '#21918c', 5 '#28ae80', 6 '#5ec962', 7 '#addc30', 8 '#fde725')\n");
}

void attune_figure_panel(struct attune_figure *figure, double left_cm, double bottom_cm,
                         double right_cm, double top_cm)
{
    attune_buf_addf(&figure->script,
                    "set lmargin at screen %.5f\nset rmargin at screen %.5f\n"
                    "set bmargin at screen %.5f\nset tmargin at screen %.5f\n",
                    left_cm / figure->width_cm, right_cm / figure->width_cm,
                    bottom_cm / figure->height_cm, top_cm / figure->height_cm);
}

static enum attune_code run_gnuplot(const struct attune_figure *figure, struct attune_err *err)
{
    struct attune_buf script = ATTUNE_BUF_INIT;
    attune_buf_addf(&script, "./%s.gp", attune_buf_text(&figure->stem));
    const char *const argv[] = {"gnuplot", "--default-settings", attune_buf_text(&script), NULL};
    const struct attune_process_spec spec = {.argv = argv,
                                             .folder = attune_buf_text(&figure->folder)};
    struct attune_process *process = NULL;
    enum attune_code code = attune_process_start(&process, &spec, err);
    if (code == ATTUNE_E_MISSING) {
        attune_fail(err, code, "gnuplot is not installed; '%s/%s' and its data are written",
                    attune_buf_text(&figure->folder), attune_buf_text(&script) + 2);
        attune_err_hint(
            err, "install the package gnuplot-nox (or gnuplot-qt), then run the command again");
    } else if (!code) {
        code = attune_process_wait(process, 1 << 20, attune_now_s() + timeout_s, NULL, err);
        if (code == ATTUNE_E_CHILD) {
            attune_err_hint(
                err, "gnuplot 5.2 or later with cairo terminals is needed (package gnuplot-nox)");
        }
    }
    attune_process_stop(process, 1.0);
    attune_buf_release(&script);
    return code;
}

enum attune_code attune_figure_write(struct attune_figure *figure, struct attune_buf *picture,
                                     struct attune_err *err)
{
    struct attune_buf name = ATTUNE_BUF_INIT;
    const char *folder = attune_buf_text(&figure->folder), *stem = attune_buf_text(&figure->stem);
    enum attune_code code = attune_dir_make(folder, err);
    if (!code && figure->data.n_bytes > 0) {
        attune_buf_addf(&name, "%s.dat", stem);
        code = attune_text_save(folder, attune_buf_text(&name), &figure->data, err);
    }
    if (!code) {
        attune_buf_reset(&name);
        attune_buf_addf(&name, "%s.gp", stem);
        code = attune_text_save(folder, attune_buf_text(&name), &figure->script, err);
    }
    if (!code && picture) {
        attune_buf_reset(picture);
        attune_buf_addf(picture, "%s/%s.%s", folder, stem, figure->format);
    }
    if (!code) {
        code = run_gnuplot(figure, err);
    }
    attune_buf_release(&name);
    return code;
}
