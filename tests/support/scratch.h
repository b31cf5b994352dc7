/* A folder of its own for a test program, with everything in it gone at the end. */
#ifndef ATTUNE_TESTS_SUPPORT_SCRATCH_H
#define ATTUNE_TESTS_SUPPORT_SCRATCH_H

/* Setup and teardown of a group of tests (cmocka_run_group_tests), or part of one; 0 is success. */
int scratch_make(void **state);
int scratch_remove(void **state);

/* The folder, and the path of a name in it: valid until the eighth call from now. */
const char *scratch_folder(void);
const char *scratch(const char *name);

#endif
