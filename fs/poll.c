/* fs/poll.c - poll(2) and select(2). See poll.h.
 *
 * Linux: fs/select.c.
 */
#include <fs/poll.h>
#include <fs/files.h>
#include <fs/syscalls.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/string.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>

/* One queue that was joined. */
struct poll_entry {
	wait_queue_entry_t wait;
	wait_queue_head_t *wq;
	struct file	*file;			/* keeps the queue alive */
	struct poll_table *table;
	struct poll_entry *next;
};

static int poll_wake(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct poll_entry *entry = container_of(wait, struct poll_entry, wait);

	/* The task may be asking files, and not asleep: it sees this before it sleeps. */
	WRITE_ONCE(entry->table->triggered, true);
	smp_mb();
	return default_wake_function(wait, mode, sync, key);
}

void poll_wait(struct file *file, wait_queue_head_t *wq, struct poll_table *pt)
{
	struct poll_entry *entry;

	if (!pt || !pt->queueing)
		return;
	entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry) {
		pt->error = -ENOMEM;
		return;
	}
	entry->wq = wq;
	entry->file = get_file(file);
	entry->table = pt;
	entry->next = pt->entries;
	pt->entries = entry;
	init_waitqueue_func_entry(&entry->wait, poll_wake);
	entry->wait.private = current;
	add_wait_queue(wq, &entry->wait);
}

static void leave_queues(struct poll_table *pt)
{
	struct poll_entry *entry;

	while ((entry = pt->entries)) {
		pt->entries = entry->next;
		remove_wait_queue(entry->wq, &entry->wait);
		fput(entry->file);
		kfree(entry);
	}
}

static unsigned int poll_file(struct file *file, struct poll_table *pt)
{
	return file->op->poll ? file->op->poll(file, pt) : DEFAULT_POLLMASK;
}

/* Asks all files once. => how many are ready; arg: what they are asked for */
typedef unsigned int (*ask_fn)(void *arg, struct poll_table *pt);

/* => number of ready files, 0: timed out, -ENOMEM, -ERESTARTNOHAND */
static long poll_loop(ask_fn ask, void *arg, s64 timeout_ns)
{
	struct poll_table pt = { .queueing = timeout_ns != 0 };
	long left = timeout_ns < 0 ? MAX_SCHEDULE_TIMEOUT : ns_to_jiffies(timeout_ns);
	long ret;

	for (;;) {
		WRITE_ONCE(pt.triggered, false);
		ret = ask(arg, &pt);
		pt.queueing = false;
		if (ret || !left)
			break;
		ret = pt.error;
		if (!ret && signal_pending(current))
			ret = -ERESTARTNOHAND;
		if (ret)
			break;
		set_current_state(TASK_INTERRUPTIBLE);
		if (!READ_ONCE(pt.triggered))
			left = schedule_timeout(left);
		__set_current_state(TASK_RUNNING);
	}
	leave_queues(&pt);
	return ret;
}

/* --- poll ------------------------------------------------------------------------------------- */

struct poll_list {
	struct user_pollfd *fds;
	unsigned int	nr;
};

static unsigned int ask_pollfds(void *arg, struct poll_table *pt)
{
	struct poll_list *list = arg;
	unsigned int ready = 0;

	for (unsigned int i = 0; i < list->nr; i++) {
		struct user_pollfd *p = &list->fds[i];
		struct fd f;

		p->revents = 0;
		if (p->fd < 0)
			continue;
		f = fdget(p->fd);
		if (!f.file) {
			p->revents = POLLNVAL;
		} else {
			p->revents = poll_file(f.file, pt) & (p->events | POLLERR | POLLHUP);
			fdput(f);
		}
		if (p->revents) {
			ready++;
			pt->queueing = false;	/* it won't sleep: no need to join further queues */
		}
	}
	return ready;
}

long do_sys_poll(struct user_pollfd __user *ufds, unsigned int nr, s64 timeout_ns)
{
	struct user_pollfd few[8], *fds = few;
	struct poll_list list;
	long ret = -EFAULT;

	if (nr > files_limit_hook())
		return -EINVAL;
	if (nr > ARRAY_SIZE(few)) {
		fds = kmalloc(nr * sizeof(*fds), GFP_KERNEL);
		if (!fds)
			return -ENOMEM;
	}
	if (!copy_from_user(fds, ufds, nr * sizeof(*fds))) {
		list = (struct poll_list){ fds, nr };
		ret = poll_loop(ask_pollfds, &list, timeout_ns);
		if (ret >= 0)
			for (unsigned int i = 0; i < nr; i++)
				if (put_user(fds[i].revents, &ufds[i].revents))
					ret = -EFAULT;
	}
	if (fds != few)
		kfree(fds);
	return ret;
}

/* --- select ----------------------------------------------------------------------------------- */

enum { SELECT_IN, SELECT_OUT, SELECT_EXCEPT, SELECT_SETS };
#define SELECT_WORDS	(FILES_DEFAULT_LIMIT / BITS_PER_LONG)

struct select_sets {
	int		nr;
	int		error;			/* -EBADF: a number that is not open */
	unsigned long	want[SELECT_SETS][SELECT_WORDS], have[SELECT_SETS][SELECT_WORDS];
};

static const unsigned int select_masks[SELECT_SETS] = {
	POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR,
	POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR,
	POLLPRI,
};

static unsigned int ask_one(struct select_sets *s, int fd, struct poll_table *pt)
{
	unsigned int ready = 0, mask;
	struct fd f = fdget(fd);

	if (!f.file) {
		s->error = -EBADF;
		return 1;
	}
	mask = poll_file(f.file, pt);
	fdput(f);
	for (int set = 0; set < SELECT_SETS; set++) {
		if (test_bit(fd, s->want[set]) && mask & select_masks[set]) {
			set_bit(fd, s->have[set]);
			pt->queueing = false;
			ready++;
		}
	}
	return ready;
}

static unsigned int ask_sets(void *arg, struct poll_table *pt)
{
	struct select_sets *s = arg;
	unsigned int ready = 0;

	memset(s->have, 0, sizeof(s->have));
	for (int fd = 0; fd < s->nr; fd++)
		if (test_bit(fd, s->want[0]) || test_bit(fd, s->want[1]) || test_bit(fd, s->want[2]))
			ready += ask_one(s, fd, pt);
	return ready;
}

static long select_sets(struct select_sets *s, unsigned long __user *user[SELECT_SETS], s64 timeout_ns)
{
	size_t bytes = DIV_ROUND_UP(s->nr, BITS_PER_LONG) * sizeof(long);
	long ret;

	for (int set = 0; set < SELECT_SETS; set++)
		if (user[set] && copy_from_user(s->want[set], user[set], bytes))
			return -EFAULT;
	ret = poll_loop(ask_sets, s, timeout_ns);
	if (s->error)
		return s->error;
	if (ret < 0)
		return ret;
	for (int set = 0; set < SELECT_SETS; set++)
		if (user[set] && copy_to_user(user[set], s->have[set], bytes))
			return -EFAULT;
	return ret;
}

long do_select(int nr, unsigned long __user *in, unsigned long __user *out, unsigned long __user *except, s64 timeout_ns)
{
	unsigned long __user *user[SELECT_SETS] = { in, out, except };
	struct select_sets *s;
	long ret;

	if (nr < 0)
		return -EINVAL;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->nr = min(nr, (int)(SELECT_WORDS * BITS_PER_LONG));
	ret = select_sets(s, user, timeout_ns);
	kfree(s);
	return ret;
}
