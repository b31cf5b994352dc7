#include "tests/support/scratch.h"

#include <stdio.h>

#include "base/io/temp_folder.h"

static char folder[ATTUNE_TEMP_FOLDER_SIZE];

int scratch_make(void **state)
{
    return attune_temp_folder_make(folder, "test", NULL) ? -1 : 0;
}

int scratch_remove(void **state)
{
    attune_temp_folder_remove(folder);
    return 0;
}

const char *scratch_folder(void)
{
    return folder;
}

const char *scratch(const char *name)
{
    static char path[8][ATTUNE_TEMP_FOLDER_SIZE + 64];
    static int turn;
    turn = (turn + 1) % 8;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}
