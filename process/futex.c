/* process/futex.c - futexes. See futex.h.
 *
 * Linux: kernel/futex/core.c, waitwake.c, requeue.c.
 */
#include <process/futex.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/hash.h>
#include <kernel/sched/timer.h>
#include <kernel/x86/usercopy.h>
#include <mm/space/space.h>
#include <process/futex_key.h>

#define FUTEX_HASH_BITS	8

struct futex_bucket {
	spinlock_t	lock;
	struct list_head waiters;	/* (lock) oldest first */
};

/* Lies on the stack of who waits. Locks: (b) the bucket's lock, that bucket names */
struct futex_waiter {
	struct list_head list;		/* (b) empty: woken */
	struct futex_key key;		/* (b) */
	struct futex_bucket *bucket;	/* (b) changes only when requeued, under both locks */
	struct task	*task;
	u32		bitset;
};

static struct futex_bucket buckets[1 << FUTEX_HASH_BITS];

void futex_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(buckets); i++) {
		spin_lock_init(&buckets[i].lock);
		INIT_LIST_HEAD(&buckets[i].waiters);
	}
}

static struct futex_bucket *bucket_of(const struct futex_key *key)
{
	return &buckets[futex_key_hash(key, FUTEX_HASH_BITS)];
}

/* --- waiting --------------------------------------------------------------------------------------------- */

/*
 * Queue and compare under one lock. The word can't be faulted in there: when it is absent, let go, fault, and begin again.
 * => 0: queued; -EAGAIN, -EFAULT: not
 */
static int queue_if_equal(struct futex_waiter *w, u32 __user *uaddr, u32 value)
{
	struct futex_bucket *bucket = bucket_of(&w->key);
	u32 found;

	for (;;) {
		spin_lock(&bucket->lock);
		if (!copy_from_user_nofault(&found, uaddr, sizeof(found)))
			break;
		spin_unlock(&bucket->lock);
		if (get_user(found, uaddr))
			return -EFAULT;
	}
	if (found == value) {
		w->bucket = bucket;
		list_add_tail(&w->list, &bucket->waiters);
	}
	spin_unlock(&bucket->lock);
	return found == value ? 0 : -EAGAIN;
}

/* => true: it was still queued, so nobody had woken it */
static bool unqueue(struct futex_waiter *w)
{
	struct futex_bucket *bucket;
	bool queued;

	for (;;) {
		bucket = READ_ONCE(w->bucket);
		spin_lock(&bucket->lock);
		if (bucket == w->bucket)
			break;
		spin_unlock(&bucket->lock);	/* requeued meanwhile */
	}
	queued = !list_empty(&w->list);
	if (queued)
		list_del_init(&w->list);
	spin_unlock(&bucket->lock);
	return queued;
}

struct wait_limit {
	struct timer	timer;
	struct task	*task;
};

static void wait_limit_over(struct timer *timer)
{
	wake_up_process(container_of(timer, struct wait_limit, timer)->task);
}

static long sleep_until_woken(struct futex_waiter *w, u64 expires)
{
	struct wait_limit limit = { .task = current };
	long ret = 0;

	timer_setup(&limit.timer, wait_limit_over);
	if (expires != U64_MAX)
		timer_start(&limit.timer, expires);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (list_empty(&w->list))
			break;
		ret = signal_pending(current) ? -ERESTARTSYS : ktime_get_ns() >= expires ? -ETIMEDOUT : 0;
		if (ret)
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	if (expires != U64_MAX)
		timer_cancel_sync(&limit.timer);
	return unqueue(w) ? ret : 0;
}

long futex_wait(u32 __user *uaddr, bool shared, u32 value, u64 expires, u32 bitset)
{
	struct futex_waiter w = { .list = LIST_HEAD_INIT(w.list), .task = current, .bitset = bitset };
	int error;

	if (!bitset)
		return -EINVAL;
	error = futex_key_get(&w.key, uaddr, shared);
	if (!error)
		error = queue_if_equal(&w, uaddr, value);
	return error ? error : sleep_until_woken(&w, expires);
}

/* --- waking ---------------------------------------------------------------------------------------------- */

/* => the bucket's lock held. The waiter's struct is gone as soon as it sees the empty list: the task first. */
static void wake_waiter(struct futex_waiter *w)
{
	struct task *task = get_task(w->task);

	list_del_init(&w->list);
	wake_up_process(task);
	put_task(task);
}

static int wake_in_bucket(struct futex_bucket *bucket, const struct futex_key *key, int nr, u32 bitset)
{
	struct futex_waiter *w, *next;
	int woken = 0;

	list_for_each_entry_safe(w, next, &bucket->waiters, list) {
		if (woken >= nr)
			break;
		if (!futex_key_equal(&w->key, key) || !(w->bitset & bitset))
			continue;
		wake_waiter(w);
		woken++;
	}
	return woken;
}

static int wake_key(const struct futex_key *key, int nr, u32 bitset)
{
	struct futex_bucket *bucket = bucket_of(key);
	int woken;

	spin_lock(&bucket->lock);
	woken = wake_in_bucket(bucket, key, nr, bitset);
	spin_unlock(&bucket->lock);
	return woken;
}

long futex_wake(u32 __user *uaddr, bool shared, int nr, u32 bitset)
{
	struct futex_key key;
	int error;

	if (!bitset)
		return -EINVAL;
	error = futex_key_get(&key, uaddr, shared);
	return error ? error : wake_key(&key, max(nr, 1), bitset);
}

/* --- two words --------------------------------------------------------------------------------------------- */

static void lock_both(struct futex_bucket *a, struct futex_bucket *b)
{
	if (a > b)
		swap(a, b);
	spin_lock(&a->lock);
	if (a != b)
		spin_lock_nested(&b->lock, 1);	/* by address */
}

static void unlock_both(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

/* => both locked */
static int move_waiters(struct futex_bucket *from, const struct futex_key *key, struct futex_bucket *to,
			const struct futex_key *key2, int nr)
{
	struct futex_waiter *w, *next;
	int moved = 0;

	list_for_each_entry_safe(w, next, &from->waiters, list) {
		if (moved >= nr)
			break;
		if (!futex_key_equal(&w->key, key))
			continue;
		w->key = *key2;
		if (from != to) {
			list_move_tail(&w->list, &to->waiters);
			WRITE_ONCE(w->bucket, to);
		}
		moved++;
	}
	return moved;
}

/* Take both locks with *uaddr equal to *expected (NULL: whatever). => 0; -EAGAIN, -EFAULT: not locked */
static int lock_both_if_equal(struct futex_bucket *a, struct futex_bucket *b, u32 __user *uaddr, const u32 *expected)
{
	u32 found;

	for (;;) {
		lock_both(a, b);
		if (!expected)
			return 0;
		if (!copy_from_user_nofault(&found, uaddr, sizeof(found)))
			break;
		unlock_both(a, b);
		if (get_user(found, uaddr))
			return -EFAULT;
	}
	if (found == *expected)
		return 0;
	unlock_both(a, b);
	return -EAGAIN;
}

long futex_requeue(u32 __user *uaddr, u32 __user *uaddr2, bool shared, int nr_wake, int nr_move, const u32 *expected)
{
	struct futex_key key, key2;
	struct futex_bucket *from, *to;
	int error, done;

	if (nr_wake < 0 || nr_move < 0)
		return -EINVAL;
	error = futex_key_get(&key, uaddr, shared);
	if (!error)
		error = futex_key_get(&key2, uaddr2, shared);
	if (error)
		return error;
	from = bucket_of(&key);
	to = bucket_of(&key2);
	error = lock_both_if_equal(from, to, uaddr, expected);
	if (error)
		return error;
	done = wake_in_bucket(from, &key, nr_wake, FUTEX_BITSET_ANY);
	if (!futex_key_equal(&key, &key2))
		done += move_waiters(from, &key, to, &key2, nr_move);
	unlock_both(from, to);
	return done;
}

/* The encoding of FUTEX_WAKE_OP: 4 bits operation, 4 bits comparison, 12 bits each operand. */
static u32 apply_op(u32 op, u32 old)
{
	u32 operand = (s32)(op << 8) >> 20;

	if (op >> 28 & 8)
		operand = 1U << (operand & 31);
	switch (op >> 28 & 7) {
	case 0:	return operand;
	case 1:	return old + operand;
	case 2:	return old | operand;
	case 3:	return old & ~operand;
	default: return old ^ operand;
	}
}

static bool compare_op(u32 op, s32 old)
{
	s32 operand = (s32)(op << 20) >> 20;

	switch (op >> 24 & 15) {
	case 0:	return old == operand;
	case 1:	return old != operand;
	case 2:	return old < operand;
	case 3:	return old <= operand;
	case 4:	return old > operand;
	default: return old >= operand;
	}
}

long futex_wake_op(u32 __user *uaddr, u32 __user *uaddr2, bool shared, int nr, int nr2, u32 op)
{
	struct futex_key key, key2;
	u32 old, found;
	int error, woken;

	if ((op >> 28 & 7) > 4 || (op >> 24 & 15) > 5)
		return -ENOSYS;
	error = futex_key_get(&key, uaddr, shared);
	if (!error)
		error = futex_key_get(&key2, uaddr2, shared);
	if (!error)
		error = get_user(old, uaddr2);
	if (error)
		return error;
	while (!cmpxchg_user_u32(&found, uaddr2, old, apply_op(op, old))) {
		if (found != old) {
			old = found;
			continue;
		}
		woken = wake_key(&key, nr, FUTEX_BITSET_ANY);
		if (compare_op(op, old))
			woken += wake_key(&key2, nr2, FUTEX_BITSET_ANY);
		return woken;
	}
	return -EFAULT;
}

/* --- a thread that held some has died ---------------------------------------------------------------------- */

struct robust_list {
	struct robust_list __user *next;
};

struct robust_list_head {
	struct robust_list list;
	long		futex_offset;
	struct robust_list __user *pending;
};

#define ROBUST_LIST_LIMIT	2048

static void owner_died(u32 __user *uaddr, pid_t pid)
{
	u32 old, found;

	if (!IS_ALIGNED((unsigned long)uaddr, 4) || get_user(old, uaddr))
		return;
	while ((old & FUTEX_TID_MASK) == (u32)pid) {
		if (cmpxchg_user_u32(&found, uaddr, old, (old & FUTEX_WAITERS) | FUTEX_OWNER_DIED))
			return;
		if (found == old) {
			if (old & FUTEX_WAITERS)
				futex_wake(uaddr, true, 1, FUTEX_BITSET_ANY);
			return;
		}
		old = found;
	}
}

static u32 __user *word_of(const struct robust_list __user *entry, long offset)
{
	/* bit 0 marks a futex with priority inheritance */
	return (u32 __user *)(((unsigned long)entry & ~1UL) + offset);
}

void futex_exit_robust_list(struct task *task)
{
	struct robust_list_head __user *uhead = task->robust_list;
	struct robust_list_head head;
	struct robust_list __user *entry, *next;

	if (!uhead || copy_from_user(&head, uhead, sizeof(head)))
		return;
	entry = head.list.next;
	for (int i = 0; i < ROBUST_LIST_LIMIT && entry != &uhead->list; i++) {
		/* Read on before the lock is given away: its new owner may unlink it. */
		if (get_user(next, (struct robust_list __user *__user *)((unsigned long)entry & ~1UL)))
			return;
		if (entry != head.pending)
			owner_died(word_of(entry, head.futex_offset), task->pid);
		entry = next;
		cond_resched();
	}
	if (head.pending)
		owner_died(word_of(head.pending, head.futex_offset), task->pid);
}
