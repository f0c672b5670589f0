/* process/pidfd.h - a file descriptor that names a process, and goes on naming it when its number is used again.
 *
 * Linux: kernel/pid.c (pidfd_open), fs/pidfs.c.
 */
#ifndef PROCESS_PIDFD_H
#define PROCESS_PIDFD_H

#include <process/process.h>

struct mm;

/* => the new descriptor; -EINVAL (flags, or not the number of a process), -ESRCH, -EMFILE, -ENOMEM */
long do_pidfd_open(pid_t pid, unsigned int flags);
/*
 * The memory of the process, with a count of its users: mmput it. => ERR_PTR: -EBADF, no pidfd; -ESRCH, it has ended;
 * -EACCES, it is another user's
 */
struct mm *pidfd_get_mm(int fd);

#endif
