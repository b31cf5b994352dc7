/* All compatibility blocks, one after the other. */
#include "metrics/compat/compat.h"

void attune_compat_all(struct attune_analysis *analysis, const struct attune_compat_sink *sink)
{
#define COMPAT(name) attune_compat_##name(analysis, sink);
#include "metrics/compat/compat.def"
#undef COMPAT
}
