/* The database schema as SQL, one step per version. Steps are only ever added: a database of
 * version n is brought to n+1 by step n, inside one transaction each. */
#ifndef ATTUNE_HARNESS_SCHEMA_H
#define ATTUNE_HARNESS_SCHEMA_H

enum {
    ATTUNE_APPLICATION_ID = 0x6174756e, /* "atun" */
    ATTUNE_SCHEMA_VERSION = 5,
};

/* attune_schema_steps[v] brings version v to v+1; (ATTUNE_SCHEMA_VERSION,) entries. */
extern const char *const attune_schema_steps[];

#endif
