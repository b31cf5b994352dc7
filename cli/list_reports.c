/* The figures and tables there are. */
#include "cli/list_reports.h"

#include "reports/plots/plot.h"
#include "reports/table_preset.h"

static void add(struct attune_buf *out, bool json, bool first, const char *name,
                const char *summary)
{
    if (!json) {
        attune_buf_addf(out, "%-22s %s\n", name, summary);
        return;
    }
    attune_buf_add(out, first ? "\n  {\"name\": " : ",\n  {\"name\": ");
    attune_buf_add_json(out, name);
    attune_buf_add(out, ", \"summary\": ");
    attune_buf_add_json(out, summary);
    attune_buf_add(out, "}");
}

void attune_list_plots(struct attune_buf *out, bool json)
{
    for (const struct attune_plot_kind *k = attune_plot_kinds; k->name; k++) {
        add(out, json, k == attune_plot_kinds, k->name, k->summary);
    }
}

void attune_list_tables(struct attune_buf *out, bool json)
{
    for (const struct attune_table_preset *p = attune_table_presets; p->name; p++) {
        add(out, json, p == attune_table_presets, p->name, p->summary);
    }
}
