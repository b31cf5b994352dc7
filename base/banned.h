/* Functions that attune never calls; using one is a compile error that names it.
 * Included last by base/err.h, so that system headers have already declared them. */
#ifndef ATTUNE_BASE_BANNED_H
#define ATTUNE_BASE_BANNED_H

#define ATTUNE_BANNED(name) attune_banned_function_##name

#undef strcpy
#define strcpy(a, b) ATTUNE_BANNED(strcpy)
#undef strcat
#define strcat(a, b) ATTUNE_BANNED(strcat)
#undef strncpy
#define strncpy(a, b, n) ATTUNE_BANNED(strncpy)
#undef sprintf
#define sprintf(...) ATTUNE_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) ATTUNE_BANNED(vsprintf)
#undef strtok
#define strtok(a, b) ATTUNE_BANNED(strtok)
#undef gets
#define gets(a) ATTUNE_BANNED(gets)
#undef system
#define system(a) ATTUNE_BANNED(system)
#undef popen
#define popen(a, b) ATTUNE_BANNED(popen)

#endif
