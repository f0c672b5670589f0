/* process/exec_script.h - files that begin with #! name their interpreter.
 *
 * Linux: fs/binfmt_script.c.
 */
#ifndef PROCESS_EXEC_SCRIPT_H
#define PROCESS_EXEC_SCRIPT_H

#include <kernel/lib/types.h>

#define SCRIPT_HEAD_SIZE	256

/*
 * script_parse - the first line of a script
 *
 * => head: the first bytes of the file, with a 0 behind; it is cut into words
 * => 0 with *interpreter and *argument (NULL: none) in head; -ENOEXEC: not a script, or the line makes no sense
 */
int script_parse(char *head, char **interpreter, char **argument);

#endif
