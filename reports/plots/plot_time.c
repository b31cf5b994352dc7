/* Pictures of one sample over time: its tempogram with the beats, its loudness. */
#include <math.h>

#include "metrics/analysis/beat_evidence.h"
#include "reports/plots/plot.h"

/* ---- tempogram */

enum { N_TEMPI = 64, MAX_COLUMNS = 240, COLUMN_HOP = 12 /* frames at least */, MAX_TICKS = 150 };

static const double LOW_BPM = 40.0, HIGH_BPM = 240.0;

/* Where a tempo lies on the axis, which counts rows of the picture. */
static double row_of(double bpm)
{
    return (N_TEMPI - 1) * log(bpm / LOW_BPM) / log(HIGH_BPM / LOW_BPM);
}

/* One line per column and tempo; the column's window lies around its time, cut at the ends. */
static void add_columns(struct attune_buf *data, const struct attune_onset *onset, size_t hop)
{
    enum { WINDOW = ATTUNE_TEMPOGRAM_WINDOW };
    attune_buf_add(data, "# time_s\ttempo_row\tstrength\n");
    for (size_t t = hop / 2; t < onset->n_frames; t += hop) {
        double ac[WINDOW] = {0.0};
        const size_t first = t > WINDOW / 2 ? t - WINDOW / 2 : 0;
        const size_t end = t + WINDOW / 2 < onset->n_frames ? t + WINDOW / 2 : onset->n_frames;
        attune_tempogram_column(onset->env + first, end - first, WINDOW, ac);
        for (int row = 0; row < N_TEMPI; row++) {
            const double bpm = LOW_BPM * pow(HIGH_BPM / LOW_BPM, row / (N_TEMPI - 1.0));
            const double x = attune_at_lag(ac, WINDOW, 60.0 * onset->rate_hz / bpm);
            attune_buf_addf(data, "%.4f\t%d\t%.4g\n", (double)t / onset->rate_hz, row,
                            fmax(x, 0.0));
        }
    }
}

static void add_beats(struct attune_buf *data, const struct attune_beats *beats)
{
    attune_buf_add(data, "\n\n# beat_s\tis_downbeat\n");
    size_t d = 0;
    for (size_t i = 0; !beats->why && i < beats->n_beats; i++) {
        while (d + 1 < beats->n_downbeats && beats->downbeat_s[d] < beats->beat_s[i]) {
            d++;
        }
        attune_buf_addf(data, "%.4f\t%d\n", beats->beat_s[i],
                        d < beats->n_downbeats && beats->downbeat_s[d] == beats->beat_s[i]);
    }
}

enum attune_code attune_plot_tempogram(struct attune_figure *figure, const char *title,
                                       const struct attune_onset *onset,
                                       const struct attune_beats *beats, struct attune_err *err)
{
    static const int tempi[] = {40, 60, 80, 120, 160, 240};
    const size_t least = onset->n_frames / MAX_COLUMNS + 1;
    const double end_s = (double)onset->n_frames / onset->rate_hz;
    attune_figure_begin(figure, ATTUNE_FIGURE_COLUMN_CM, 5.4);
    add_columns(&figure->data, onset, least > COLUMN_HOP ? least : COLUMN_HOP);
    add_beats(&figure->data, beats);
    struct attune_buf *s = &figure->script;
    attune_figure_palette(figure, false);
    attune_figure_panel(figure, 1.25, 1.0, 6.6, 4.8);
    attune_figure_heading(figure, title);
    attune_buf_add(s, "set ytics (");
    for (size_t i = 0; i < sizeof tempi / sizeof *tempi; i++) {
        attune_buf_addf(s, "%s'%d' %.4f", i ? ", " : "", tempi[i], row_of(tempi[i]));
    }
    attune_buf_addf(s,
                    ") out nomirror\nset border 15\nset xtics out nomirror\nset xrange [0:%.6g]\n"
                    "set yrange [-0.5:%d]\nset xlabel 'time (s)' offset 0,0.6\n"
                    "set ylabel 'tempo (BPM)' offset 0.7,0\nset cbrange [0:1]\nset cbtics 0.25\n"
                    "set cblabel 'autocorrelation' offset 0,0\n"
                    "set colorbox user origin screen %.4f,%.4f size screen %.4f,%.4f\n",
                    end_s, N_TEMPI + 7, 6.8 / figure->width_cm, 1.0 / figure->height_cm,
                    0.25 / figure->width_cm, 3.8 / figure->height_cm);
    if (!beats->why) {
        attune_buf_addf(s, "set arrow from 0,%.4f to %.6g,%.4f nohead front lc rgb '%s' dt 2\n",
                        row_of(beats->tempo_bpm), end_s, row_of(beats->tempo_bpm),
                        attune_figure_color(1));
    }
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    attune_buf_add(s, " index 0 using 1:2:3 with image");
    if (!beats->why) { /* ticks in the strip above the picture; too many beats: downbeats alone */
        attune_buf_addf(s,
                        ", '' index 1 using 1:(%d):(0):($2 == 1 ? 6 : %s) with vectors nohead "
                        "lw %g lc rgb '#222222'",
                        N_TEMPI, beats->n_beats > MAX_TICKS ? "NaN" : "3",
                        beats->n_beats > MAX_TICKS ? 0.5 : 1.0);
    }
    attune_buf_add(s, "\n");
    return ATTUNE_OK;
}

/* ---- loudness */

static const double QUIETEST_LUFS = -70.0, STEP_S = 0.1;

/* Times are the middles of the windows; what lies below the absolute gate is not drawn. */
static void add_windows(struct attune_buf *data, const float *lufs, size_t n, double window_s,
                        double *lowest, double *highest)
{
    attune_buf_add(data, "# middle_s\tlufs\n");
    for (size_t i = 0; i < n; i++) {
        const double x = (double)lufs[i], t = (double)i * STEP_S + 0.5 * window_s;
        if (x < QUIETEST_LUFS) {
            attune_buf_addf(data, "%.2f\tNaN\n", t);
            continue;
        }
        attune_buf_addf(data, "%.2f\t%.2f\n", t, x);
        *lowest = fmin(*lowest, x);
        *highest = fmax(*highest, x);
    }
}

enum attune_code attune_plot_loudness(struct attune_figure *figure, const char *title,
                                      const struct attune_levels *levels, struct attune_err *err)
{
    const double end_s = (double)levels->n_samples / levels->rate_hz;
    double lowest = INFINITY, highest = -INFINITY;
    attune_figure_begin(figure, ATTUNE_FIGURE_COLUMN_CM, 4.6);
    struct attune_buf *s = &figure->script;
    add_windows(&figure->data, levels->momentary_lufs, levels->n_momentary, 0.4, &lowest, &highest);
    attune_buf_add(&figure->data, "\n\n");
    add_windows(&figure->data, levels->short_term_lufs, levels->n_short_term, 3.0, &lowest,
                &highest);
    attune_figure_panel(figure, 1.25, 1.0, ATTUNE_FIGURE_COLUMN_CM - 0.3, 3.6);
    attune_figure_heading(figure, title);
    attune_figure_axis(figure, 'y', fmax(lowest, highest - 40.0), highest, 2.6);
    attune_buf_addf(s,
                    "set border 3\nset tics out nomirror\nset xrange [0:%.6g]\nset xtics autofreq\n"
                    "set xlabel 'time (s)' offset 0,0.6\n"
                    "set ylabel 'loudness (LUFS)' offset 0.7,0\n"
                    "set key at graph 0, graph 1.13 left horizontal maxrows 1 Left reverse "
                    "samplen 1 width -3 noenhanced\n"
                    "plot ",
                    end_s);
    attune_figure_data_name(figure);
    attune_buf_addf(s,
                    " index 0 using 1:2 with lines lw 0.8 lc rgb '%s' title 'momentary'"
                    ", '' index 1 using 1:2 with lines lw 2 lc rgb '%s' title 'short-term'"
                    ", %.4f with lines lw 1 dt 2 lc rgb '#222222' title 'integrated'\n",
                    attune_figure_color(5), attune_figure_color(0), levels->integrated_lufs);
    return ATTUNE_OK;
}
