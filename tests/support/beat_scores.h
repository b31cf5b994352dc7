/* How well estimated beats agree with annotated ones: the two measures of the beat tracking
 * literature, defined as in Davies, Degara & Plumbley 2009 and computed as mir_eval 0.7 does. Beats
 * before 5 s are left out of both lists, as in its `evaluate`. */
#ifndef ATTUNE_TESTS_SUPPORT_BEAT_SCORES_H
#define ATTUNE_TESTS_SUPPORT_BEAT_SCORES_H

#include <stddef.h>

/* F-measure of the largest one-to-one matching within +-70 ms. */
double beat_f_measure(const double *reference_s, size_t n_reference, const double *estimated_s,
                      size_t n_estimated);

/* AMLt: share of beats whose phase and period are within 17.5 % of the annotations, at the best of
 * the annotated, the double, the two half metrical levels and the off-beat; continuity not
 * required. */
double beat_amlt(const double *reference_s, size_t n_reference, const double *estimated_s,
                 size_t n_estimated);

#endif
