/* The table of the text-to-MIDI literature: CR, CLAP, TB, TBT, CK, CKD, with published rows beside.
 */
#ifndef ATTUNE_REPORTS_TABLE_TEXT2MIDI_H
#define ATTUNE_REPORTS_TABLE_TEXT2MIDI_H

#include "reports/table_spec.h"

/* One row per model of the board, adherence in percent as that literature prints it, then the
 * published rows, each marked as reported and not comparable: their prompts are others. A column
 * that the run did not measure is a dash with its reason. */
enum attune_code attune_text2midi_sheet(const struct attune_table_source *source,
                                        struct attune_sheet *sheet, struct attune_err *err);

#endif
