/* Folders of our own for files that nobody shall keep. */
#ifndef ATTUNE_BASE_IO_TEMP_FOLDER_H
#define ATTUNE_BASE_IO_TEMP_FOLDER_H

#include "base/err.h"

enum { ATTUNE_TEMP_FOLDER_SIZE = 1024 }; /* bytes of its path at most, with the terminator */

/* Makes an empty folder below TMPDIR (or /tmp) that only this user may look into; purpose becomes a
 * part of its name. path receives it, "" on failure. ATTUNE_E_IO where none can be made. */
enum attune_code attune_temp_folder_make(char path[ATTUNE_TEMP_FOLDER_SIZE], const char *purpose,
                                         struct attune_err *err);

/* Removes it with all that is in it; "" is no folder. */
void attune_temp_folder_remove(const char *path);

/* Removes all that is in a folder, also what is hidden or lies deeper. No link is followed. */
void attune_folder_empty(const char *path);

#endif
