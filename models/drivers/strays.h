/* Inside the room: what a child leaves behind outside its process group. A daemon forks twice and
 * calls setsid; killing the group does not reach it, and its parent is init by then. But it still
 * carries the environment of the child: each child is given a variable of its own, and whatever has
 * it is the child's. Only a program that takes care to drop its environment escapes. */
#ifndef ATTUNE_MODELS_STRAYS_H
#define ATTUNE_MODELS_STRAYS_H

#include <stdbool.h>

enum { ATTUNE_MARK_SIZE = 48 };

/* An environment entry that no other process has. All of ATTUNE_* is passed on, so an attune
 * that was started by a child marks its own children with both. False without random numbers. */
bool attune_mark_make(char mark[ATTUNE_MARK_SIZE]);

/* SIGKILL to every process of this user with that entry, until there is none; "" is nobody's. */
void attune_strays_kill(const char *mark);

#endif
