/* CR is the COSIATEC compression ratio; TB and TBT say whether the tempo is in the bin asked for,
 * or within one of it; CK and CKD whether the key is the one asked for, or it or its relative.
 *
 * Published rows: Text2midi (Bhandari et al. 2025), Text2midi-InferAlign (Roy & Herremans 2025) and
 * the later Text2midi model. Their authors use three subsets of prompts, so their own baselines
 * differ. */
#include "reports/table_text2midi.h"

#include <math.h>

enum { N_COLUMNS = 6 };

static const struct {
    const char *title, *metric, *missing;
    double scale;
} columns[N_COLUMNS] = {
    {"CR", "symbolic.cosiatec_ratio", "the run did not measure symbolic.cosiatec_ratio", 1.0},
    {"CLAP", "scorer.*clap*", "CLAP needs a scorer worker in the suite", 1.0},
    {"TB (%)", "adherence.tempo_bin", "the run did not measure adherence", 100.0},
    {"TBT (%)", "adherence.tempo_bin_tolerance", "the run did not measure adherence", 100.0},
    {"CK (%)", "adherence.key", "the run did not measure adherence", 100.0},
    {"CKD (%)", "adherence.key_duplicates", "the run did not measure adherence", 100.0},
};

static const struct {
    const char *model;
    double value[N_COLUMNS];
} published[] = {
    {"Text2midi (reported)", {2.16, .17, 29.73, 60.06, 13.59, 16.66}},
    {"Text2midi-InferAlign (reported)", {2.31, .22, 35.41, 62.59, 29.80, 32.54}},
    {"Text2midi, newer (reported)", {2.31, .22, 39.70, 65.80, 33.60, 35.60}},
};

/* Index of the first metric that the column's pattern matches, n_metrics when there is none. */
static size_t metric_of(const struct attune_board *board, size_t column)
{
    size_t k = 0;
    while (k < board->metrics.n &&
           !attune_glob(columns[column].metric, board->metrics.items[k].name)) {
        k++;
    }
    return k;
}

static void fill(const struct attune_board *board, size_t row, size_t column,
                 struct attune_sheet *sheet, struct attune_sheet_cell *cell)
{
    const size_t metric = metric_of(board, column);
    const struct attune_standing *s =
        metric < board->metrics.n ? attune_board_cell(board, metric, row) : NULL;
    if (!s || !s->present || isnan(s->mean)) {
        *cell = (struct attune_sheet_cell){
            .kind = ATTUNE_SHEET_MISSING,
            .note = attune_sheet_note(sheet, s ? "no sample of this model has a value"
                                               : columns[column].missing)};
        return;
    }
    *cell = (struct attune_sheet_cell){
        .kind = ATTUNE_SHEET_NUMBER,
        .value = columns[column].scale * s->mean,
        .low = columns[column].scale * s->ci_low,
        .high = columns[column].scale * s->ci_high,
        .marks = column > 0 && attune_standing_is_best(board, metric, row) ? ATTUNE_MARK_BEST : 0,
    };
}

static void add_published(struct attune_sheet *sheet, size_t i)
{
    struct attune_sheet_cell *cells = attune_sheet_add_row(sheet);
    if (!cells) {
        return;
    }
    cells[0] = (struct attune_sheet_cell){
        .kind = ATTUNE_SHEET_TEXT,
        .text = attune_sheet_text(sheet, published[i].model),
        .note =
            attune_sheet_note(sheet, "reported by its authors on other prompts, not comparable")};
    for (size_t c = 0; c < N_COLUMNS; c++) {
        cells[c + 1] = (struct attune_sheet_cell){
            .kind = ATTUNE_SHEET_NUMBER, .value = published[i].value[c], .low = NAN, .high = NAN};
    }
}

enum attune_code attune_text2midi_sheet(const struct attune_table_source *source,
                                        struct attune_sheet *sheet, struct attune_err *err)
{
    const struct attune_board *board = source->board;
    sheet->caption =
        attune_sheet_text(sheet, "Compression, text match, and adherence to tempo and key");
    attune_board_origin(board, sheet);
    attune_sheet_add_column(sheet, (struct attune_sheet_column){.title = "model", .id = "model"});
    for (size_t c = 0; c < N_COLUMNS; c++) {
        attune_sheet_add_column(sheet,
                                (struct attune_sheet_column){.title = columns[c].title,
                                                             .id = columns[c].metric,
                                                             .direction = c > 0 ? "up" : "none",
                                                             .right = true,
                                                             .n_decimals = c < 2 ? 2 : 1});
    }
    for (size_t row = 0; row < board->n_rows; row++) {
        struct attune_sheet_cell *cells = attune_sheet_add_row(sheet);
        if (!cells) {
            break;
        }
        cells[0] = (struct attune_sheet_cell){
            .kind = ATTUNE_SHEET_TEXT, .text = attune_sheet_text(sheet, board->rows[row].name)};
        for (size_t c = 0; c < N_COLUMNS; c++) {
            fill(board, row, c, sheet, &cells[c + 1]);
        }
    }
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        add_published(sheet, i);
    }
    return sheet->failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table")
                         : ATTUNE_OK;
}
