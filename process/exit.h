/* process/exit.h - the end of threads and processes.
 *
 * Linux: kernel/exit.c.
 */
#ifndef PROCESS_EXIT_H
#define PROCESS_EXIT_H

#include <kernel/lib/compiler.h>

/* code: a wait status (exit code << 8, or a signal number) */
void __noreturn do_exit(int code);		/* the running thread */
void __noreturn do_group_exit(int code);	/* all threads of its process */

#endif
