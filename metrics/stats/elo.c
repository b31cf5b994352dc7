/* Sequential Elo ratings. */
#include "metrics/stats/elo.h"

#include <math.h>

double attune_elo_expectancy(double a, double b)
{
    return 1.0 / (1.0 + pow(10.0, (b - a) / 400.0));
}

void attune_elo_update(double *a, double *b, enum attune_outcome outcome, double k)
{
    const double score = 0.5 * (1.0 + (double)outcome);
    const double step = k * (score - attune_elo_expectancy(*a, *b));
    *a += step;
    *b -= step;
}
