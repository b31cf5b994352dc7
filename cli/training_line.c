#include "cli/training_line.h"

#include <math.h>
#include <stdio.h>

#include "base/text.h"

void attune_training_line_show(void *context, const struct attune_training_progress *p)
{
    struct attune_training_line *line = context;
    const size_t tenth = p->total > 0 ? 10 * p->done / p->total : 0;
    if (line->quiet || (!line->terminal && tenth == line->last_tenth)) {
        return;
    }
    line->last_tenth = tenth;
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_buf_addf(&text, "training: %s %zu of %zu", p->method, p->done, p->total);
    if (!isnan(p->reward)) {
        attune_buf_addf(&text, ", reward %.3f", p->reward);
    }
    if (!isnan(p->kl)) {
        attune_buf_addf(&text, ", log-ratio %.2f nats", p->kl);
    }
    if (line->terminal && p->done >= p->total) {
        fputs("\r\033[K", stderr);
    } else {
        fprintf(stderr, line->terminal ? "\r\033[K%s" : "%s\n", attune_buf_text(&text));
    }
    attune_buf_release(&text);
}
