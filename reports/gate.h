/* The regression gate: is the candidate, metric by metric, not worse than the baseline by more than
 * a margin?
 *
 * With d the paired differences by prompt, positive where the candidate is better, and M the
 * metric's margin (gate_rules.h):
 *
 *     pass          mean d > -M by a one-sided sign-change test at alpha: not worse by more than
 *                   the margin. Uncorrected: the gate passes only when every metric does, and such
 *                   a conjunction needs no correction (Berger 1982).
 *     regress       not passed, the loss seen exceeds the margin, and mean d < 0 by the same test,
 *                   Holm-corrected over the metrics. Between equal models the test is exact, so at
 *                   most a share alpha of all weeks ends in a false alarm.
 *     inconclusive  neither: too few prompts; the number that would do is given (power .8 for
 *                   equal models).
 *
 * A worsening that is certain but smaller than the margin is no regression. An exact metric is
 * compared sample by sample: any that moved, or became defined or undefined, is a regression.
 *
 * Source: non-inferiority with a margin as in Piaggio et al. 2012 (CONSORT); Holm 1979.
 */
#ifndef ATTUNE_REPORTS_GATE_H
#define ATTUNE_REPORTS_GATE_H

#include "reports/contrast.h"
#include "reports/sheets/sheet.h"

enum attune_gate_verdict {
    ATTUNE_GATE_PASS,
    ATTUNE_GATE_REGRESS,
    ATTUNE_GATE_INCONCLUSIVE,
    ATTUNE_GATE_SKIPPED, /* descriptive, or not comparable: no part of the decision */
};

/* A prompt on which the candidate lost. */
struct attune_gate_prompt {
    size_t at; /* in the contrast's arrays */
    const char *name;
    double change;             /* of the prompt's mean, positive better */
    int64_t seed;              /* of its sample that lost most */
    const char *path, *before; /* that sample and the baseline's; NULL until files are found */
};

struct attune_gate_row {
    const struct attune_contrast *contrast; /* a: the candidate, b: the baseline */
    enum attune_gate_verdict verdict;
    double margin; /* in the metric's unit; 0 for exact */
    bool exact;
    double p_not_inferior, p_worse; /* p_worse Holm-corrected */
    double n_needed;
    struct attune_gate_prompt worst[3]; /* prompts that lost most, worst first */
    size_t n_worst;
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

/* Finds the files of the prompts that lost most, of both models. */
enum attune_code attune_gate_find_files(struct attune_gate *gate, struct attune_store *store,
                                        struct attune_side candidate, struct attune_side baseline,
                                        struct attune_err *err);

const char *attune_gate_word(enum attune_gate_verdict verdict); /* "pass", "regress", ... */

/* What the reports call things. */
struct attune_gate_names {
    const char *candidate, *baseline;
    const char *folder; /* left away at the start of files' paths; NULL: nothing is */
    const char *url;    /* put before what remains, in Markdown's links; NULL: "" */
};

/* A file's path as the reports show it. */
const char *attune_gate_path(const struct attune_gate_names *names, const char *path);

/* What a row's verdict rests on, in one line. */
void attune_gate_explain(struct attune_buf *out, const struct attune_gate_row *row);

/* The verdicts as a table. */
void attune_gate_sheet(const struct attune_gate *gate, const struct attune_gate_names *names,
                       struct attune_sheet *out);

/* For a terminal, under the table: the prompts that lost most on the metrics that got worse, with
 * the files to listen to. Nothing where no metric got worse. */
void attune_gate_listen(const struct attune_gate *gate, const struct attune_gate_names *names,
                        struct attune_buf *out);

/* JUnit XML as CI systems read it: a test case per metric; regressions are failures with the files
 * as attachments, inconclusive ones skipped. */
void attune_gate_junit(const struct attune_gate *gate, const struct attune_gate_names *names,
                       struct attune_buf *out);

/* A summary for a pull request. */
void attune_gate_markdown(const struct attune_gate *gate, const struct attune_gate_names *names,
                          struct attune_buf *out);

#endif
