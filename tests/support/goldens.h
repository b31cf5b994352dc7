/* Values of established tools in the folder ATTUNE_GOLDENS, which is not part of the project. */
#ifndef ATTUNE_TESTS_SUPPORT_GOLDENS_H
#define ATTUNE_TESTS_SUPPORT_GOLDENS_H

#include <jansson.h>
#include <stdbool.h>

/* Ends the program with 77 and a printed reason where the folder is absent. */
void goldens_require(void);

/* A JSON file of the folder, plain or gzipped; decref it. Fails the test when it can't be read. */
json_t *goldens_json(const char *name);

/* |a - b| <= tolerance * max(1, |b|) */
bool goldens_close(double a, double b, double tolerance);

#endif
