/* The regression gate: is the candidate, metric by metric, not worse than the baseline by more than
 * a margin?
 *
 * With d the paired differences by prompt, positive where the candidate is better, and M the
 * metric's margin:
 *
 *     pass          one-sided sign-change test of mean d > -M at alpha: not worse by more than the
 * margin. Uncorrected: the gate passes only when every metric does, and such a conjunction needs no
 * correction (Berger 1982). regress       not passed, and mean d < 0 by the same test,
 * Holm-corrected over the metrics: some metric of two equal models is called a regression in at
 * most a share alpha of all weeks. inconclusive  neither: too few prompts; the number that would do
 * is given (power .8 for equal models).
 *
 * A worsening that is certain but smaller than the margin passes. Margins:
 *     0.3sd   of the standard deviation of the baseline's prompt means (the default: between
 * Cohen's small and medium) 2%      of the absolute value of the baseline's mean 0.05    in the
 * metric's unit exact   any difference on any prompt, better or worse, is a regression: for metrics
 * that must not move
 */
#ifndef ATTUNE_REPORTS_GATE_H
#define ATTUNE_REPORTS_GATE_H

#include "reports/contrast.h"
#include "reports/sheets/sheet.h"

enum attune_margin_kind {
    ATTUNE_MARGIN_SD,
    ATTUNE_MARGIN_SHARE,
    ATTUNE_MARGIN_UNITS,
    ATTUNE_MARGIN_EXACT
};

struct attune_margin {
    char glob[128]; /* metrics it holds for; "" all */
    enum attune_margin_kind kind;
    double amount;
};

enum { ATTUNE_MAX_MARGINS = 64 };

struct attune_margins {
    struct attune_margin items[ATTUNE_MAX_MARGINS];
    size_t n;
};

/* "0.3sd" or "GLOB=MARGIN,GLOB=MARGIN,..."; later ones win. ATTUNE_E_USAGE quotes what can't be
 * read. */
enum attune_code attune_margins_parse(struct attune_margins *out, const char *text,
                                      struct attune_err *err);

enum attune_gate_verdict {
    ATTUNE_GATE_PASS,
    ATTUNE_GATE_REGRESS,
    ATTUNE_GATE_INCONCLUSIVE,
    ATTUNE_GATE_SKIPPED, /* descriptive, or not comparable: no part of the decision */
};

struct attune_gate_row {
    const struct attune_contrast *contrast; /* a: the candidate, b: the baseline */
    enum attune_gate_verdict verdict;
    double margin; /* in the metric's unit; 0 for exact */
    bool exact;
    double p_not_inferior, p_worse; /* p_worse Holm-corrected */
    double n_needed;
    size_t worst[3],
        n_worst; /* prompts that lost most, worst first (index into contrast->prompt) */
};

struct attune_gate {
    struct attune_contrasts contrasts;
    struct attune_gate_row *rows; /* (n,) one per contrast; heap */
    size_t n, n_pass, n_regress, n_inconclusive;
    double alpha;
    enum attune_gate_verdict verdict; /* REGRESS before INCONCLUSIVE before PASS */
};

/* Takes over the contrasts (candidate as a). ATTUNE_E_MEMORY. */
enum attune_code attune_gate_decide(struct attune_gate *gate, struct attune_contrasts *contrasts,
                                    const struct attune_margins *margins, uint64_t seed,
                                    struct attune_err *err);
void attune_gate_release(struct attune_gate *gate);

/* One metric alone, for simulations and tests: d (n,) differences, positive better. */
enum attune_gate_verdict attune_gate_verdict(double p_not_inferior, double p_worse_holm,
                                             double alpha);

const char *attune_gate_word(enum attune_gate_verdict verdict); /* "pass", "regress", ... */

void attune_gate_sheet(const struct attune_gate *gate, const char *candidate, const char *baseline,
                       struct attune_sheet *out);

/* JUnit XML as CI systems read it: a test case per metric; regressions are failures,
 * inconclusive ones skipped. */
void attune_gate_junit(const struct attune_gate *gate, const char *candidate, const char *baseline,
                       struct attune_buf *out);

/* A summary for a pull request. */
void attune_gate_markdown(const struct attune_gate *gate, const char *candidate,
                          const char *baseline, struct attune_buf *out);

#endif
