/* Log-likelihood of one pairing under each tie model: all that differs between them. */
#include <math.h>

#include "metrics/stats/bradley_terry_internal.h"

/* ln sigma(x) with its derivatives in x, weighted. */
static struct attune_bt_term sigmoid(double x, double weight)
{
    const double e = exp(-fabs(x)), p = x < 0.0 ? e / (1.0 + e) : 1.0 / (1.0 + e);
    return (struct attune_bt_term){.l = weight * (fmin(x, 0.0) - log1p(e)),
                                   .d = weight * (1.0 - p),
                                   .dd = -weight * p * (1.0 - p)};
}

static struct attune_bt_term half_ties(double d, const double w[3])
{
    const double wins = w[2] + 0.5 * w[1], losses = w[0] + 0.5 * w[1];
    const double e = exp(-fabs(d)), log_large = -log1p(e), log_small = log_large - fabs(d);
    const double large = 1.0 / (1.0 + e), small = e / (1.0 + e);
    const double p = d < 0.0 ? small : large, q = d < 0.0 ? large : small;
    return (struct attune_bt_term){
        .l = (d < 0.0 ? losses : wins) * log_large + (d < 0.0 ? wins : losses) * log_small,
        .d = wins * q - losses * p,
        .dd = -(wins + losses) * p * q};
}

/* Weights e^(d/2), e^(-d/2), e^h of the three outcomes: an exponential family. */
static struct attune_bt_term davidson(double d, double h, const double w[3])
{
    const double top = fmax(fabs(d) / 2.0, h), n = w[0] + w[1] + w[2];
    const double ea = exp(d / 2.0 - top), eb = exp(-d / 2.0 - top), et = exp(h - top);
    const double z = ea + eb + et, pa = ea / z, pb = eb / z, pt = et / z;
    const double own_d = (w[2] - w[0]) / 2.0, mean_d = (pa - pb) / 2.0;
    return (struct attune_bt_term){.l = own_d * d + w[1] * h - n * (top + log(z)),
                                   .d = own_d - n * mean_d,
                                   .h = w[1] - n * pt,
                                   .dd = -n * ((pa + pb) / 4.0 - mean_d * mean_d),
                                   .dh = n * mean_d * pt,
                                   .hh = -n * pt * (1.0 - pt)};
}

/* P(a wins) = sigma(d - h), P(b wins) = sigma(-d - h), threshold h > 0; the tie in between is
 * sigma(d - h) sigma(-d - h) (e^2h - 1). */
static struct attune_bt_term rao_kupper(double d, double h, const double w[3])
{
    const struct attune_bt_term win = sigmoid(d - h, w[2] + w[1]),
                                loss = sigmoid(-d - h, w[0] + w[1]);
    const double e = exp(-2.0 * h), q = 1.0 - e; /* ln(e^2h - 1) = 2h + ln(1 - e^-2h) */
    return (struct attune_bt_term){.l = win.l + loss.l + w[1] * (2.0 * h + log(q)),
                                   .d = win.d - loss.d,
                                   .h = -win.d - loss.d + w[1] * 2.0 / q,
                                   .dd = win.dd + loss.dd,
                                   .dh = loss.dd - win.dd,
                                   .hh = win.dd + loss.dd - w[1] * 4.0 * e / (q * q)};
}

struct attune_bt_term attune_bt_term(enum attune_tie_model ties, double d, double h,
                                     const double w[3])
{
    switch (ties) {
    case ATTUNE_TIES_DAVIDSON:
        return davidson(d, h, w);
    case ATTUNE_TIES_RAO_KUPPER:
        return rao_kupper(d, h, w);
    case ATTUNE_TIES_HALF:
    case ATTUNE_TIES_DROP: /* without weight */
        break;
    }
    return half_ties(d, w);
}
