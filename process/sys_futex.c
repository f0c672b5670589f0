/* process/sys_futex.c - futex(2) and the list of futexes that a dying thread gives back.
 *
 * Linux: kernel/futex/syscalls.c.
 */
#include <process/syscalls.h>

#include <kernel/lib/errno.h>
#include <kernel/x86/usercopy.h>
#include <process/clocks.h>
#include <process/futex.h>

#define ROBUST_LIST_HEAD_SIZE	24

/* A wait for a time begins anew with what is left of it. */
static long wait_restartable(struct restart_block *block)
{
	long ret = futex_wait((u32 __user *)block->args[0], block->args[1], block->args[2], block->expires,
			      FUTEX_BITSET_ANY);

	return ret == -ERESTARTSYS ? -ERESTART_RESTARTBLOCK : ret;
}

static long wait_for_time(u32 __user *uaddr, bool shared, u32 value, const struct user_timespec __user *timeout)
{
	u64 ns, now = ktime_get_ns();
	int error = get_timespec_ns(timeout, &ns);

	if (error)
		return error;
	current->sig.restart = (struct restart_block){
		.fn = wait_restartable, .expires = ns > U64_MAX - now ? U64_MAX : now + ns,
		.args = { (unsigned long)uaddr, shared, value },
	};
	return wait_restartable(&current->sig.restart);
}

static long wait_until(u32 __user *uaddr, bool shared, u32 value, const struct user_timespec __user *timeout, int clock,
		       u32 bitset)
{
	u64 expires = U64_MAX;
	int error;

	if (timeout) {
		error = get_timespec_ns(timeout, &expires);
		if (error)
			return error;
		expires = clock_to_ktime(clock, expires);
	}
	return futex_wait(uaddr, shared, value, expires, bitset);
}

long sys_futex(u32 __user *uaddr, int op, u32 value, unsigned long timeout, u32 __user *uaddr2, u32 value3)
{
	const struct user_timespec __user *until = (const struct user_timespec __user *)timeout;
	int clock = op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
	bool shared = !(op & FUTEX_PRIVATE_FLAG);

	switch (op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
		if (until)
			return wait_for_time(uaddr, shared, value, until);
		return futex_wait(uaddr, shared, value, U64_MAX, FUTEX_BITSET_ANY);
	case FUTEX_WAIT_BITSET:
		return wait_until(uaddr, shared, value, until, clock, value3);
	case FUTEX_WAKE:
		return futex_wake(uaddr, shared, value, FUTEX_BITSET_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(uaddr, shared, value, value3);
	case FUTEX_REQUEUE:
		return futex_requeue(uaddr, uaddr2, shared, value, timeout, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(uaddr, uaddr2, shared, value, timeout, &value3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(uaddr, uaddr2, shared, value, timeout, value3);
	default:
		return -ENOSYS;
	}
}

long sys_set_robust_list(void __user *head, size_t size)
{
	if (size != ROBUST_LIST_HEAD_SIZE)
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

long sys_get_robust_list(pid_t pid, u64 __user *uhead, size_t __user *usize)
{
	struct task *task = pid ? find_get_task_by_pid(pid) : get_task(current);
	u64 head;

	if (!task)
		return -ESRCH;
	head = (unsigned long)task->robust_list;
	put_task(task);
	return put_user(head, uhead) || put_user(ROBUST_LIST_HEAD_SIZE, usize) ? -EFAULT : 0;
}
