/* Which part of a run this process is: from the command line, or from what schedulers and MPI
 * launchers put into the environment. */
#include <errno.h>

#include "harness/suite/plan.h"

enum { MAX_SHARDS = 1000000 };

/* Where an engine says how many tasks there are and which one this is. `first` is the number of its
 * first task, unless a variable says it. An array of jobs counts before launchers inside one of its
 * jobs. PBS does not say how many tasks an array has: the job script exports PBS_ARRAY_COUNT
 * (docs/cluster). */
static const struct engine {
    const char *name, *index, *count, *first_variable;
    long first;
} engines[] = {
    {"Slurm array", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", 0},
    {"Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", NULL, 0},
    {"MPICH", "PMI_RANK", "PMI_SIZE", NULL, 0},
    {"Slurm srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", NULL, 0},
    {"PBS array", "PBS_ARRAY_INDEX", "PBS_ARRAY_COUNT", "PBS_ARRAY_FIRST", 1},
    {"Torque array", "PBS_ARRAYID", "PBS_ARRAY_COUNT", "PBS_ARRAY_FIRST", 1},
    {"LSF array", "LSB_JOBINDEX", "LSB_JOBINDEX_END", NULL, 1},
};

static bool read_number(const char *text, long *out)
{
    char *end;
    errno = 0;
    *out = text && *text ? strtol(text, &end, 10) : -1;
    return text && *text && !*end && !errno && *out >= 0;
}

static bool from_engine(const struct engine *e, unsigned *shard, unsigned *n_shards)
{
    long index, count, first = e->first;
    if (!read_number(getenv(e->index), &index) || !read_number(getenv(e->count), &count)) {
        return false;
    }
    if (e->first_variable) {
        long given;
        first = read_number(getenv(e->first_variable), &given) ? given : first;
    }
    /* An array with gaps or a step (0-15:5) has indices beyond its count: they can't be counted
     * from here. */
    if (count < 1 || count > MAX_SHARDS || index < first || index - first >= count) {
        return false;
    }
    *shard = (unsigned)(index - first) + 1;
    *n_shards = (unsigned)count;
    return true;
}

static enum attune_code from_environment(unsigned *shard, unsigned *n_shards, const char **source,
                                         struct attune_err *err)
{
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
        const struct engine *e = &engines[i];
        const char *index = getenv(e->index);
        /* LSF sets index 0 outside arrays; one task is no reason to look at the next engine's
         * variables. */
        if (!index || !*index ||
            (strcmp(e->index, "LSB_JOBINDEX") == 0 && strcmp(index, "0") == 0)) {
            continue;
        }
        if (from_engine(e, shard, n_shards)) {
            *source = e->name;
            return ATTUNE_OK;
        }
        const char *count = getenv(e->count);
        attune_fail(err, ATTUNE_E_USAGE, "--shard auto: %s gives %s=%s, %s=%s, which is no shard",
                    e->name, e->index, index, e->count, count ? count : "(unset)");
        attune_err_hint(err, "use an array without gaps (1-8), or say --shard I/N");
        return ATTUNE_E_USAGE;
    }
    *shard = *n_shards = 0;
    *source = NULL;
    return ATTUNE_OK;
}

enum attune_code attune_shard_parse(const char *text, unsigned *shard, unsigned *n_shards,
                                    const char **source, struct attune_err *err)
{
    *source = NULL;
    if (strcmp(text, "auto") == 0) {
        return from_environment(shard, n_shards, source, err);
    }
    unsigned long i = 0, n = 0;
    int used = 0;
    if (sscanf(text, "%9lu/%9lu%n", &i, &n, &used) != 2 || text[used] != '\0' || text[0] == '-' ||
        i < 1 || i > n || n > MAX_SHARDS) {
        attune_fail(err, ATTUNE_E_USAGE, "--shard '%s': allowed are I/N with 1 <= I <= N, or auto",
                    text);
        if (i == 0 && n > 0) {
            attune_err_hint(err, "shards count from 1");
        }
        return ATTUNE_E_USAGE;
    }
    *shard = (unsigned)i;
    *n_shards = (unsigned)n;
    *source = "command line";
    return ATTUNE_OK;
}
