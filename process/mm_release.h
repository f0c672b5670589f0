/* process/mm_release.h - a task stops using its address space: exit and exec.
 *
 * Linux: kernel/fork.c (mm_release), kernel/exit.c (exit_mm).
 */
#ifndef PROCESS_MM_RELEASE_H
#define PROCESS_MM_RELEASE_H

#include <process/process.h>

struct mm;

/* Tell who waits for it: robust futexes, the word of CLONE_CHILD_CLEARTID, the parent of a vfork. => its mm still runs */
void mm_release(struct task *self);
/* Run on mm (NULL: the kernel's) from now on. => what ran before, its reference is the caller's */
struct mm *switch_mm(struct mm *mm);

#endif
