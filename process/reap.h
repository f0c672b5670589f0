/* process/reap.h - the last trace of a dead task.
 *
 * Linux: kernel/exit.c (release_task).
 */
#ifndef PROCESS_REAP_H
#define PROCESS_REAP_H

#include <process/process.h>

/*
 * release_task - off all lists: nobody finds it any more
 *
 * => tasklist_lock held; a leader only when it is the last of its process
 * => the caller puts the reference of who waits (put_task), best after it has dropped the lock
 */
void release_task(struct task *task);

#endif
