/* Tables of an audit. */
#include "reports/sheets/audit_sheet.h"

#include <math.h>

static const struct attune_metric *metric_of(const struct attune_audit *audit, size_t metric)
{
    return attune_metrics[audit->selection.index[metric]];
}

static void text_column(struct attune_sheet *sheet, const char *title, const char *id)
{
    attune_sheet_add_column(
        sheet, (struct attune_sheet_column){.title = title, .unit = "", .id = id, .n_decimals = 0});
}

static void number_column(struct attune_sheet *sheet, const char *title, const char *id,
                          int n_decimals)
{
    attune_sheet_add_column(
        sheet, (struct attune_sheet_column){
                   .title = title, .unit = "", .id = id, .right = true, .n_decimals = n_decimals});
}

static struct attune_sheet_cell text_cell(struct attune_sheet *sheet, const char *text)
{
    return (struct attune_sheet_cell){
        .kind = ATTUNE_SHEET_TEXT, .text = attune_sheet_text(sheet, text), .low = NAN, .high = NAN};
}

static struct attune_sheet_cell number_cell(double value)
{
    return (struct attune_sheet_cell){
        .kind = ATTUNE_SHEET_NUMBER, .value = value, .low = NAN, .high = NAN};
}

static struct attune_sheet_cell verdict_cell(struct attune_sheet *sheet,
                                             enum attune_audit_verdict verdict)
{
    struct attune_sheet_cell cell = text_cell(sheet, attune_audit_verdict_names[verdict]);
    cell.marks = verdict == ATTUNE_AUDIT_HOLDS  ? ATTUNE_MARK_GOOD
                 : verdict == ATTUNE_AUDIT_LOST ? ATTUNE_MARK_BAD
                                                : 0;
    return cell;
}

void attune_audit_response_sheet(struct attune_sheet *sheet, const struct attune_audit *audit,
                                 const struct attune_audit_summary *summary, bool all)
{
    static const int shown[] = {1, 3, 5, 10};
    static const char *const titles[] = {"AUC .1", "AUC .3", "AUC .5", "AUC 1"};
    sheet->caption = attune_sheet_text(sheet, "Kendall's tau between dose and value");
    text_column(sheet, "metric", "metric");
    text_column(sheet, "damage", "damage");
    text_column(sheet, "seen as", "seen_as");
    number_column(sheet, "tau", "tau", 2);
    number_column(sheet, "of means", "curve_tau", 2);
    for (size_t i = 0; i < 4; i++) {
        number_column(sheet, titles[i], titles[i], 2);
    }
    number_column(sheet, "n", "n", 0);
    text_column(sheet, "declared", "verdict");
    for (size_t k = 0; k < summary->n_responses; k++) {
        const struct attune_audit_response *r = &summary->responses[k];
        const struct attune_audit_series *series = &audit->series[r->series];
        if (!all && r->verdict == ATTUNE_AUDIT_NOT_DECLARED) {
            continue;
        }
        struct attune_sheet_cell *row = attune_sheet_add_row(sheet);
        if (!row) {
            return;
        }
        row[0] = text_cell(sheet, metric_of(audit, r->metric)->id);
        row[1] = text_cell(sheet, series->damage->id);
        row[2] = text_cell(sheet, series->seen_as == ATTUNE_SYMBOLIC ? "notes" : "audio");
        row[3] = number_cell(r->tau);
        if (!r->tau_interval.why) {
            row[3].low = r->tau_interval.low;
            row[3].high = r->tau_interval.high;
        }
        row[4] = number_cell(r->curve_tau);
        for (size_t i = 0; i < 4; i++) {
            if (r->n_defined[0] && r->n_defined[shown[i]]) {
                row[5 + i] = number_cell(r->auc[shown[i]]);
            }
        }
        row[9] = number_cell((double)r->n);
        row[10] = verdict_cell(sheet, r->verdict);
    }
}

void attune_audit_invariance_sheet(struct attune_sheet *sheet, const struct attune_audit *audit,
                                   const struct attune_audit_summary *summary, bool all)
{
    sheet->caption = attune_sheet_text(sheet, "Changes that should not matter");
    text_column(sheet, "metric", "metric");
    text_column(sheet, "change", "change");
    number_column(sheet, "largest", "largest_change", 6);
    number_column(sheet, "typical/sd", "typical_change", 4);
    number_column(sheet, "order tau", "order", 3);
    number_column(sheet, "n", "n", 0);
    text_column(sheet, "promised", "verdict");
    for (size_t k = 0; k < summary->n_invariances; k++) {
        const struct attune_audit_invariance *v = &summary->invariances[k];
        if (!all && !v->promised) {
            continue;
        }
        struct attune_sheet_cell *row = attune_sheet_add_row(sheet);
        if (!row) {
            return;
        }
        row[0] = text_cell(sheet, metric_of(audit, v->metric)->id);
        row[1] = text_cell(sheet, attune_audit_checks[v->check].id);
        row[2] = number_cell(v->largest_change);
        row[3] = number_cell(v->typical_change);
        row[4] = number_cell(v->order);
        row[5] = number_cell((double)v->n);
        row[6] = text_cell(sheet, !v->promised ? "-" : v->kept ? "kept" : "BROKEN");
        row[6].marks = !v->promised ? 0 : v->kept ? ATTUNE_MARK_GOOD : ATTUNE_MARK_BAD;
    }
}

void attune_audit_null_sheet(struct attune_sheet *sheet, const struct attune_audit *audit,
                             const struct attune_audit_summary *summary, bool all)
{
    sheet->caption = attune_sheet_text(sheet, "Things that are not music");
    text_column(sheet, "metric", "metric");
    text_column(sheet, "null", "null");
    text_column(sheet, "seen as", "seen_as");
    number_column(sheet, "mean", "mean", 3);
    number_column(sheet, "better than", "better_than", 2);
    number_column(sheet, "n", "n", 0);
    for (size_t k = 0; k < summary->n_nulls; k++) {
        const struct attune_audit_null_response *r = &summary->nulls[k];
        const struct attune_audit_null *null = &audit->nulls[r->null];
        if (!all && metric_of(audit, r->metric)->direction == ATTUNE_NONE) {
            continue;
        }
        struct attune_sheet_cell *row = attune_sheet_add_row(sheet);
        if (!row) {
            return;
        }
        row[0] = text_cell(sheet, metric_of(audit, r->metric)->id);
        row[1] = text_cell(sheet, null->spec->id);
        row[2] = text_cell(sheet, null->seen_as == ATTUNE_SYMBOLIC ? "notes" : "audio");
        row[3] = number_cell(r->mean);
        row[4] = number_cell(r->better_than);
        row[5] = number_cell((double)r->n);
    }
}
