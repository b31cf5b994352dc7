/* The n-th healthy input of a kind; the caller frees the bytes with attune_release. */
#ifndef ATTUNE_TESTS_FUZZ_SEEDS_H
#define ATTUNE_TESTS_FUZZ_SEEDS_H

#include "tests/fuzz/fuzz.h"

struct fuzz_file seed_npy(int number);
struct fuzz_file seed_jsonl(int number);
struct fuzz_file seed_attributes(int number);
struct fuzz_file seed_suite(int number);
struct fuzz_file seed_prompts(int number);
struct fuzz_file seed_prefs(int number);
struct fuzz_file seed_checkpoint(int number);
struct fuzz_file seed_database(int number);

#endif
