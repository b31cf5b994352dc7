/* Pictures of one sample as a matrix: its self-similarity, its chromagram with the chords. */
#include <math.h>

#include "reports/plots/plot.h"

enum attune_code attune_plot_ssm(struct attune_figure *figure, const char *title,
                                 const double *matrix, size_t n, double rate_hz, double floor,
                                 struct attune_err *err)
{
    attune_figure_begin(figure, ATTUNE_FIGURE_COLUMN_CM, 7.1);
    struct attune_buf *s = &figure->script;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            attune_buf_addf(&figure->data, "%s%.4g", j ? "\t" : "", fmax(floor, matrix[i * n + j]));
        }
        attune_buf_add(&figure->data, "\n");
    }
    const double end_s = (double)n / rate_hz;
    attune_figure_palette(figure, false);
    attune_figure_panel(figure, 1.1, 1.0, 6.6, 6.5);
    attune_figure_heading(figure, title);
    attune_buf_addf(s,
                    "set border 15\nset tics out\nset xrange [0:%.6g]\nset yrange [0:%.6g]\n"
                    "set xlabel 'time (s)' offset 0,0.6\nset ylabel 'time (s)' offset 1.4,0\n"
                    "set cbrange [%.6g:1]\nset cbtics 0.25\nset cblabel 'similarity' offset 0,0\n"
                    "set colorbox user origin screen %.4f,%.4f size screen %.4f,%.4f\nplot ",
                    end_s, end_s, floor, 6.8 / figure->width_cm, 1.0 / figure->height_cm,
                    0.25 / figure->width_cm, 5.5 / figure->height_cm);
    attune_figure_data_name(figure);
    attune_buf_addf(s, " matrix using (($1 + 0.5) / %.9g):(($2 + 0.5) / %.9g):3 with image\n",
                    rate_hz, rate_hz);
    return ATTUNE_OK;
}

/* Chord labels above the panel, each where its chord begins; those that would run into the one
 * before are left out. */
static void add_chords(struct attune_figure *figure, const struct attune_chords *chords,
                       double s_per_cm)
{
    static const double LINE_CM = 0.23;
    double free_s = 0.0;
    for (size_t i = 0; !chords->why && i < chords->n_spans; i++) {
        const struct attune_chord_span *span = chords->spans + i;
        if (span->chord.root < 0 || span->start_s < free_s) {
            continue;
        }
        char label[ATTUNE_CHORD_LABEL_SIZE];
        attune_buf_add(&figure->script, "set label ");
        attune_figure_text(figure, attune_chord_label(span->chord, label));
        attune_buf_addf(&figure->script,
                        " at first %.6g, graph 1.02 left rotate by 90 offset 0.35,0 noenhanced\n",
                        span->start_s);
        free_s = span->start_s + LINE_CM * s_per_cm;
    }
}

enum attune_code attune_plot_chromagram(struct attune_figure *figure, const char *title,
                                        const struct attune_chroma *chroma,
                                        const struct attune_chords *chords, struct attune_err *err)
{
    static const char *const names[] = {"C",  "C#", "D",  "D#", "E",  "F",
                                        "F#", "G",  "G#", "A",  "A#", "B"};
    static const double LEFT_CM = 0.9, RIGHT_CM = 6.6;
    attune_figure_begin(figure, ATTUNE_FIGURE_COLUMN_CM, 5.4);
    struct attune_buf *s = &figure->script;
    attune_buf_add(&figure->data, "# start_s\tend_s\tpitch_class\tshare\n");
    float largest = 0.0f;
    for (size_t i = 0; i < chroma->n_frames; i++) {
        for (size_t c = 0; c < 12; c++) {
            const float x = chroma->frames[i * 12 + c];
            largest = x > largest ? x : largest;
            attune_buf_addf(&figure->data, "%.4f\t%.4f\t%zu\t%.4g\n", chroma->time_s[i],
                            chroma->time_s[i + 1], c, (double)x);
        }
    }
    const double end_s = chroma->n_frames ? chroma->time_s[chroma->n_frames] : 1.0;
    attune_figure_palette(figure, false);
    attune_figure_panel(figure, LEFT_CM, 1.0, RIGHT_CM, 4.0);
    attune_figure_heading(figure, title);
    add_chords(figure, chords, end_s / (RIGHT_CM - LEFT_CM));
    attune_buf_add(s, "set ytics (");
    for (size_t c = 0; c < 12; c++) {
        attune_buf_addf(s, "%s'%s' %zu", c ? ", " : "", names[c], c);
    }
    attune_buf_addf(
        s,
        ") scale 0\nset border 15\nset xtics out nomirror\nset xrange [0:%.6g]\n"
        "set yrange [-0.5:11.5]\nset xlabel 'time (s)' offset 0,0.6\nset cbrange [0:%.4g]\n"
        "set cbtics 0.2\nset cblabel 'share of the frame' offset 0.2,0\n"
        "set colorbox user origin screen %.4f,%.4f size screen %.4f,%.4f\n"
        "set style fill solid noborder\nplot ",
        end_s, largest > 0.0f ? (double)largest : 1.0, 6.8 / figure->width_cm,
        1.0 / figure->height_cm, 0.25 / figure->width_cm, 3.0 / figure->height_cm);
    attune_figure_data_name(figure);
    /* Each box reaches a little under the next, so that no seam shows. */
    attune_buf_add(s,
                   " using 1:3:1:($2 + 0.4 * ($2 - $1)):($3 - 0.5):($3 + 0.5):4 with boxxyerror lc "
                   "palette\n");
    return ATTUNE_OK;
}
