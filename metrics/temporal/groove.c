/* Unit vectors of bars. */
#include "metrics/temporal/groove.h"

#include <math.h>

int attune_groove_unit(const struct attune_bars *bars, size_t b, float unit[ATTUNE_BAR_POSITIONS])
{
    const float *groove = bars->groove + b * ATTUNE_BAR_POSITIONS;
    double squares = 0.0;
    for (size_t p = 0; p < ATTUNE_BAR_POSITIONS; p++) {
        squares += (double)groove[p] * (double)groove[p];
    }
    const int filled = !bars->empty[b] && squares > 0.0;
    const float scale = filled ? (float)(1.0 / sqrt(squares)) : 0.0f;
    for (size_t p = 0; p < ATTUNE_BAR_POSITIONS; p++) {
        unit[p] = groove[p] * scale;
    }
    return filled;
}
