/* process/sys_poll.c - poll, select and their forms with a signal mask.
 *
 * Linux: fs/select.c.
 */
#include <process/syscalls.h>

#include <kernel/lib/errno.h>
#include <kernel/x86/usercopy.h>
#include <process/clocks.h>
#include <process/signal_send.h>

static u64 deadline(u64 ns)
{
	u64 now = ktime_get_ns();

	return ns > U64_MAX - now ? U64_MAX : now + ns;
}

/* => as do_sys_poll() takes it: ns from now, -1: for ever */
static s64 time_left(u64 expires)
{
	u64 now = ktime_get_ns();

	if (expires == U64_MAX)
		return -1;
	return expires > now ? (s64)min(expires - now, (u64)S64_MAX) : 0;
}

/* --- poll -------------------------------------------------------------------------------------------------------- */

static long poll_restartable(struct restart_block *block)
{
	long ret = do_sys_poll((void __user *)block->args[0], block->args[1], time_left(block->expires));

	return ret == -ERESTARTNOHAND ? -ERESTART_RESTARTBLOCK : ret;
}

long sys_poll(struct user_pollfd __user *fds, unsigned int nr, int timeout_ms)
{
	current->sig.restart = (struct restart_block){
		.fn = poll_restartable, .args = { (unsigned long)fds, nr },
		.expires = timeout_ms < 0 ? U64_MAX : deadline(timeout_ms * NSEC_PER_MSEC),
	};
	return poll_restartable(&current->sig.restart);
}

/* --- with a signal mask -------------------------------------------------------------------------------------------- */

/* => 0; the mask is set if there is one */
static int take_sigmask(const sigset_t __user *umask, size_t size)
{
	sigset_t set;

	if (!umask)
		return 0;
	if (size != sizeof(set))
		return -EINVAL;
	if (get_user(set, umask))
		return -EFAULT;
	set_user_sigmask(set);
	return 0;
}

static int take_timeout(const struct user_timespec __user *uts, u64 *expires)
{
	u64 ns;
	int error;

	*expires = U64_MAX;
	if (!uts)
		return 0;
	error = get_timespec_ns(uts, &ns);
	if (!error)
		*expires = deadline(ns);
	return error;
}

/* These calls tell how much time was left. A program that can't be told has been told nothing: no error. */
static long finish(long ret, struct user_timespec __user *uts, u64 expires)
{
	restore_user_sigmask(ret == -ERESTARTNOHAND);
	if (uts && put_timespec_ns(uts, time_left(expires)) && ret == -ERESTARTNOHAND)
		return -EINTR;
	return ret;
}

long sys_ppoll(struct user_pollfd __user *fds, unsigned int nr, struct user_timespec __user *uts,
	       const sigset_t __user *umask, size_t size)
{
	u64 expires;
	int error = take_timeout(uts, &expires);

	if (!error)
		error = take_sigmask(umask, size);
	if (error)
		return error;
	return finish(do_sys_poll(fds, nr, time_left(expires)), uts, expires);
}

long sys_pselect6(int nr, unsigned long __user *in, unsigned long __user *out, unsigned long __user *except,
		  struct user_timespec __user *uts, const struct user_sigmask_arg __user *uarg)
{
	struct user_sigmask_arg arg = { 0 };
	u64 expires;
	int error;

	if (uarg && copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	error = take_timeout(uts, &expires);
	if (!error)
		error = take_sigmask(arg.mask, arg.size);
	if (error)
		return error;
	return finish(do_select(nr, in, out, except, time_left(expires)), uts, expires);
}

long sys_select(int nr, unsigned long __user *in, unsigned long __user *out, unsigned long __user *except,
		struct user_timeval __user *utv)
{
	struct user_timeval tv;
	u64 expires = U64_MAX;
	long ret;

	if (utv) {
		if (copy_from_user(&tv, utv, sizeof(tv)))
			return -EFAULT;
		/* Unlike others, this call takes a million microseconds and more. */
		if (tv.tv_sec < 0 || tv.tv_usec < 0)
			return -EINVAL;
		tv.tv_sec += tv.tv_usec / 1000000;
		tv.tv_usec %= 1000000;
		if (timeval_to_ns(&tv, &expires))
			return -EINVAL;
		expires = deadline(expires);
	}
	ret = do_select(nr, in, out, except, time_left(expires));
	if (utv && put_timeval_ns(utv, time_left(expires)) && ret == -ERESTARTNOHAND)
		return -EINTR;
	return ret;
}
