/* fs/poll.h - wait until one of several files is ready.
 *
 * A file's poll operation names the wait queues on which a change of its state is announced
 * (poll_wait), then returns the state as it is now. The caller sleeps only when no file was ready,
 * and asks again after each wakeup.
 *
 * Linux: include/linux/poll.h, fs/select.c.
 */
#ifndef FS_POLL_H
#define FS_POLL_H

#include <fs/abi.h>
#include <kernel/sync/wait.h>

struct file;
struct poll_entry;

/* One call of poll or select: the queues that it has joined. On the caller's stack. */
struct poll_table {
	bool		queueing;	/* first round only, and only until a file is ready */
	bool		triggered;	/* a queue was woken since the files were asked */
	int		error;		/* -ENOMEM: a queue could not be joined */
	struct poll_entry *entries;
};

/* what a file without a poll operation answers: ready for everything */
#define DEFAULT_POLLMASK	(POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)

/* => called by poll operations; pt may be NULL (just asking) */
void poll_wait(struct file *file, wait_queue_head_t *wq, struct poll_table *pt);

#endif
