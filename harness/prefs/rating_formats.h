/* The formats in which ratings and scores are published, as rows of one table. For the reader of
 * ratings (ratings.h) only. */
#ifndef ATTUNE_HARNESS_RATING_FORMATS_H
#define ATTUNE_HARNESS_RATING_FORMATS_H

#include <stdbool.h>

#include "harness/prefs/record_reader.h"

enum { ATTUNE_RATING_AXES = 5, ATTUNE_RATING_ITEM_FIELDS = 6 };

/* How the ratings of a record are laid out. */
enum attune_rating_layout {
    ATTUNE_RATING_LISTS,   /* a list of numbers per axis, one per rater */
    ATTUNE_RATING_RATERS,  /* one field with an object of axes per rater */
    ATTUNE_RATING_COLUMNS, /* a number per axis */
    ATTUNE_RATING_WIDE,    /* every field that does not describe the item is an axis */
};

/* Where the generator's name is to be had. */
enum attune_rating_naming { ATTUNE_RATING_NAMED, ATTUNE_RATING_FOLDER, ATTUNE_RATING_MOS_NAME };

struct attune_rating_format {
    const char *name;
    enum attune_rating_layout layout;
    enum attune_rating_naming naming;
    const char *items[ATTUNE_RATING_ITEM_FIELDS]; /* fields that may name the item */
    const char *raters;                           /* RATERS: the field */
    const char *axes[ATTUNE_RATING_AXES]; /* not for WIDE; MOS: columns of a file without header */
    double lo, hi;
    bool is_score;
};

/* NULL: there is none of the name. */
const struct attune_rating_format *attune_rating_format_find(const char *name);

/* Columns of a MOS list, which has no header. */
enum { ATTUNE_MOS_COLUMNS = 3 };
extern const char *const attune_mos_columns[ATTUNE_MOS_COLUMNS];

/* Whether the text is a finite number and nothing else. */
bool attune_rating_is_number(const char *text);

/* The field of the record that names the item, or NULL. */
const char *attune_rating_item_field(const struct attune_rating_format *format,
                                     const struct attune_records *record);

/* WIDE: whether the field says something of the item rather than rate it. */
bool attune_rating_describes(const struct attune_rating_format *format, const char *field);

#endif
