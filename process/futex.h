/* process/futex.h - sleeping until a word of user memory changes.
 *
 * A waiter queues under the lock of its word's bucket and reads the word under the same lock. Who changes the word
 * does so before it takes the lock to wake. So either the waiter sees the new value, or the waker sees the waiter.
 *
 * A word is known by (mm, address), or in shared mappings by (mapping, offset): two processes meet there, wherever they map it.
 * Not supported: priority inheritance (FUTEX_LOCK_PI and friends): ENOSYS.
 *
 * Linux: kernel/futex/.
 */
#ifndef PROCESS_FUTEX_H
#define PROCESS_FUTEX_H

#include <kernel/sched/task.h>

#define FUTEX_WAIT		0
#define FUTEX_WAKE		1
#define FUTEX_REQUEUE		3
#define FUTEX_CMP_REQUEUE	4
#define FUTEX_WAKE_OP		5
#define FUTEX_WAIT_BITSET	9
#define FUTEX_WAKE_BITSET	10
#define FUTEX_PRIVATE_FLAG	128
#define FUTEX_CLOCK_REALTIME	256
#define FUTEX_CMD_MASK		(~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME))
#define FUTEX_BITSET_ANY	0xffffffffU

#define FUTEX_WAITERS		0x80000000U
#define FUTEX_OWNER_DIED	0x40000000U
#define FUTEX_TID_MASK		0x3fffffffU

void futex_init(void);

/*
 * futex_wait - sleep while *uaddr == value
 *
 * => expires: ktime_get_ns() value, U64_MAX: never; bitset: wakers must have a bit in common
 * => 0 when woken; -EAGAIN: another value; -ETIMEDOUT; -ERESTARTSYS: a signal; -EFAULT; -EINVAL: crooked address
 */
long futex_wait(u32 __user *uaddr, bool shared, u32 value, u64 expires, u32 bitset);
/* => how many were woken, at most nr */
long futex_wake(u32 __user *uaddr, bool shared, int nr, u32 bitset);
/* Wake nr_wake, let nr_move more wait for uaddr2 instead. expected: NULL, or *uaddr must be that (-EAGAIN). => woken + moved */
long futex_requeue(u32 __user *uaddr, u32 __user *uaddr2, bool shared, int nr_wake, int nr_move, const u32 *expected);
/* Change *uaddr2 as op says, wake nr of uaddr, and nr2 of uaddr2 if the old value compares. => woken */
long futex_wake_op(u32 __user *uaddr, u32 __user *uaddr2, bool shared, int nr, int nr2, u32 op);

/* A thread is gone: its robust futexes are marked and their waiters woken. Its memory is still there */
void futex_exit_robust_list(struct task *task);

#endif
