/* process/sys_signal.c - system calls about signals.
 *
 * Linux: kernel/signal.c, arch/x86/kernel/signal.c.
 */
#include <process/syscalls.h>

#include <kernel/lib/errno.h>
#include <kernel/x86/usercopy.h>
#include <process/clocks.h>
#include <process/group.h>
#include <process/signal.h>
#include <process/signal_frame.h>
#include <process/signal_send.h>

long sys_rt_sigaction(int sig, const struct sigaction __user *uaction, struct sigaction __user *uold, size_t size)
{
	struct sigaction action, old;
	long ret;

	if (size != sizeof(sigset_t))
		return -EINVAL;
	if (uaction && copy_from_user(&action, uaction, sizeof(action)))
		return -EFAULT;
	ret = do_sigaction(sig, uaction ? &action : NULL, &old);
	if (!ret && uold && copy_to_user(uold, &old, sizeof(old)))
		return -EFAULT;
	return ret;
}

long sys_rt_sigprocmask(int how, const sigset_t __user *uset, sigset_t __user *uold, size_t size)
{
	sigset_t old = current->sig.blocked, set;
	long ret = 0;

	if (size != sizeof(sigset_t))
		return -EINVAL;
	if (uset) {
		if (get_user(set, uset))
			return -EFAULT;
		ret = do_sigprocmask(how, set);
	}
	if (!ret && uold && put_user(old, uold))
		return -EFAULT;
	return ret;
}

long sys_rt_sigpending(sigset_t __user *uset, size_t size)
{
	sigset_t set = do_sigpending();

	if (size > sizeof(set))
		return -EINVAL;
	return copy_to_user(uset, &set, size) ? -EFAULT : 0;
}

long sys_rt_sigsuspend(const sigset_t __user *uset, size_t size)
{
	sigset_t set;

	if (size != sizeof(set))
		return -EINVAL;
	if (get_user(set, uset))
		return -EFAULT;
	return do_sigsuspend(set);
}

long sys_rt_sigtimedwait(const sigset_t __user *uset, void __user *uinfo, const struct user_timespec __user *utimeout,
			 size_t size)
{
	struct siginfo info;
	sigset_t set;
	u64 timeout = U64_MAX;
	long ret;

	if (size != sizeof(set))
		return -EINVAL;
	if (get_user(set, uset))
		return -EFAULT;
	if (utimeout) {
		ret = get_timespec_ns(utimeout, &timeout);
		if (ret)
			return ret;
	}
	ret = do_sigtimedwait(set, &info, timeout);
	if (ret > 0 && uinfo && copy_siginfo_to_user(uinfo, &info))
		return -EFAULT;
	return ret;
}

long sys_rt_sigreturn(void)
{
	return do_sigreturn(thread_pt_regs(&current->thread));
}

long sys_sigaltstack(const struct user_stack __user *ustack, struct user_stack __user *uold)
{
	struct user_stack stack, old;
	long ret;

	if (ustack && copy_from_user(&stack, ustack, sizeof(stack)))
		return -EFAULT;
	ret = do_sigaltstack(ustack ? &stack : NULL, &old, thread_pt_regs(&current->thread)->rsp);
	if (!ret && uold && copy_to_user(uold, &old, sizeof(old)))
		return -EFAULT;
	return ret;
}

long sys_pause(void)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending(current))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return -ERESTARTNOHAND;
}

long sys_restart_syscall(void)
{
	struct restart_block *block = &current->sig.restart;

	return block->fn ? block->fn(block) : -EINTR;
}

/* --- sending ---------------------------------------------------------------------------------------------------- */

static long kill_as_told(pid_t pid, int sig, const struct siginfo *info)
{
	if (pid > 0)
		return kill_process(pid, sig, info);
	if (pid == -1)
		return kill_everybody(sig, info);
	if (pid == (pid_t)0x80000000)
		return -ESRCH;
	return kill_pgrp(pid ? -pid : get_process_group(current), sig, info);
}

long sys_kill(pid_t pid, int sig)
{
	struct siginfo info;

	siginfo_user(&info, sig, SI_USER);
	return kill_as_told(pid, sig, &info);
}

long sys_tgkill(pid_t tgid, pid_t tid, int sig)
{
	struct siginfo info;

	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	siginfo_user(&info, sig, SI_TKILL);
	return kill_thread(tgid, tid, sig, &info);
}

long sys_tkill(pid_t tid, int sig)
{
	struct siginfo info;

	if (tid <= 0)
		return -EINVAL;
	siginfo_user(&info, sig, SI_TKILL);
	return kill_thread(0, tid, sig, &info);
}

#define SI_OLDEST	(-7)	/* SI_DETHREAD to SI_USER, and SI_ASYNCNL: codes whose siginfo is known to end before its tail */
#define SI_ASYNCNL	(-60)

/* What a program has made up. Behind what we know of a siginfo nothing may stand, unless its code says what it is. */
static int get_made_up_info(struct siginfo *info, const void __user *uinfo, int sig)
{
	int error;

	if (copy_from_user(info, uinfo, sizeof(*info)))
		return -EFAULT;
	if (info->si_code < SI_OLDEST && info->si_code != SI_ASYNCNL) {
		error = copy_struct_from_user(info, sizeof(*info), uinfo, SIGINFO_SIZE);
		if (error)
			return error;
	}
	info->si_signo = sig;
	return 0;
}

/* That it came from the kernel or from kill() a thread may tell only itself. */
static bool may_say(const struct siginfo *info, pid_t to)
{
	return (info->si_code < 0 && info->si_code != SI_TKILL) || to == current->pid;
}

long sys_rt_sigqueueinfo(pid_t pid, int sig, const void __user *uinfo)
{
	struct siginfo info;
	int error = get_made_up_info(&info, uinfo, sig);

	if (error)
		return error;
	return may_say(&info, pid) ? kill_process(pid, sig, &info) : -EPERM;
}

long sys_rt_tgsigqueueinfo(pid_t tgid, pid_t tid, int sig, const void __user *uinfo)
{
	struct siginfo info;
	int error = get_made_up_info(&info, uinfo, sig);

	if (error)
		return error;
	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	return may_say(&info, tid) ? kill_thread(tgid, tid, sig, &info) : -EPERM;
}
