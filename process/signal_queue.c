/* process/signal_queue.c - the queue of signals that wait. See signal_queue.h.
 *
 * Linux: kernel/signal.c (collect_signal, next_signal, flush_sigqueue_mask).
 */
#include <process/signal_queue.h>

#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>

static struct kmem_cache *sigqueue_cache;

void signal_queue_init(void)
{
	sigqueue_cache = kmem_cache_create("sigqueue", sizeof(struct sigqueue), 0, 0, NULL);
}

struct sigqueue *sigqueue_alloc(void)
{
	struct sigqueue *q = kmem_cache_alloc(sigqueue_cache, GFP_ATOMIC | __GFP_NOWARN);

	if (q) {
		INIT_LIST_HEAD(&q->list);
		q->embedded = false;
	}
	return q;
}

void sigqueue_free(struct sigqueue *q)
{
	if (q)
		kmem_cache_free(sigqueue_cache, q);
}

void sigpending_init(struct sigpending *pending)
{
	INIT_LIST_HEAD(&pending->list);
	pending->signal = 0;
	pending->nr = 0;
}

bool sigpending_is_duplicate(const struct sigpending *pending, int sig)
{
	return sig < SIGRTMIN && sigset_has(pending->signal, sig);
}

void sigpending_add(struct sigpending *pending, int sig, struct sigqueue *q)
{
	pending->signal |= sigmask(sig);
	if (!q)
		return;
	list_add_tail(&q->list, &pending->list);
	pending->nr++;
}

int sigpending_next(const struct sigpending *pending, sigset_t blocked)
{
	sigset_t ready = pending->signal & ~blocked;

	if (!ready)
		return 0;
	if (ready & SIG_SYNCHRONOUS)
		ready &= SIG_SYNCHRONOUS;
	return __builtin_ctzll(ready) + 1;
}

void sigpending_remove(struct sigpending *pending, struct sigqueue *q)
{
	struct sigqueue *other;
	int sig = q->info.si_signo;

	list_del_init(&q->list);
	pending->nr--;
	list_for_each_entry(other, &pending->list, list)
		if (other->info.si_signo == sig)
			return;
	pending->signal &= ~sigmask(sig);
}

struct sigqueue *sigpending_take(struct sigpending *pending, int sig, struct siginfo *info)
{
	struct sigqueue *q;

	list_for_each_entry(q, &pending->list, list) {
		if (q->info.si_signo != sig)
			continue;
		*info = q->info;
		sigpending_remove(pending, q);
		return q->embedded ? NULL : q;
	}
	/* The entry got lost for want of memory. */
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = SI_USER;
	pending->signal &= ~sigmask(sig);
	return NULL;
}

void sigpending_flush(struct sigpending *pending, sigset_t set)
{
	struct sigqueue *q, *next;

	if (!(pending->signal & set))
		return;
	pending->signal &= ~set;
	list_for_each_entry_safe(q, next, &pending->list, list) {
		if (!sigset_has(set, q->info.si_signo))
			continue;
		list_del_init(&q->list);
		pending->nr--;
		if (!q->embedded)
			sigqueue_free(q);
	}
}
