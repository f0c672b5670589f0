/* process/sys_proc.c - system calls about processes and threads: making, ending, waiting, who is who.
 *
 * Linux: kernel/fork.c, exit.c, sys.c, futex/syscalls.c, arch/x86/kernel/process_64.c.
 */
#include <process/syscalls.h>

#include <fs/namei.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>
#include <mm/space/space.h>
#include <process/exec.h>
#include <process/exit.h>
#include <process/fork.h>
#include <process/group.h>
#include <process/limits.h>
#include <process/signal.h>
#include <process/wait.h>

/* --- who ------------------------------------------------------------------------------------------------------- */

long sys_getpid(void)
{
	return current->tgid;
}

long sys_gettid(void)
{
	return current->pid;
}

long sys_getppid(void)
{
	return READ_ONCE(current->signal->ppid);
}

long sys_getpgrp(void)
{
	return get_process_group(current);
}

static long of_process(pid_t pid, pid_t (*number)(const struct task *task))
{
	struct task *task;
	long ret;

	if (!pid)
		return number(current);
	task = find_get_task_by_pid(pid);
	if (!task)
		return -ESRCH;
	ret = number(task);
	put_task(task);
	return ret;
}

long sys_getpgid(pid_t pid)
{
	return of_process(pid, get_process_group);
}

long sys_getsid(pid_t pid)
{
	return of_process(pid, get_process_session);
}

long sys_set_tid_address(int __user *address)
{
	current->clear_child_tid = address;
	return current->pid;
}

/* --- making ---------------------------------------------------------------------------------------------------- */

long sys_fork(void)
{
	return do_clone(&(struct clone_request){ .exit_signal = SIGCHLD });
}

long sys_vfork(void)
{
	return do_clone(&(struct clone_request){ .flags = CLONE_VFORK | CLONE_VM, .exit_signal = SIGCHLD });
}

long sys_clone(unsigned long flags, unsigned long stack, int __user *parent_tid, int __user *child_tid, unsigned long tls)
{
	return do_clone(&(struct clone_request){
		.flags = flags & ~CSIGNAL & 0xffffffff, .exit_signal = flags & CSIGNAL, .stack = stack, .tls = tls,
		.parent_tid = parent_tid, .child_tid = child_tid,
	});
}

struct user_clone_args {
	u64	flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	u64	set_tid, set_tid_size, cgroup;
};
#define CLONE_ARGS_SIZE_FIRST	64	/* of the call's first version */

long sys_clone3(const struct user_clone_args __user *uargs, size_t size)
{
	struct user_clone_args a;
	int error;

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_FIRST)
		return -EINVAL;
	error = copy_struct_from_user(&a, sizeof(a), uargs, size);
	if (error)
		return error;
	if (a.set_tid || a.set_tid_size || (a.flags & CSIGNAL) || a.exit_signal > _NSIG || !a.stack != !a.stack_size)
		return -EINVAL;
	if (a.stack && !access_ok((void __user *)a.stack, a.stack_size))
		return -EINVAL;
	return do_clone(&(struct clone_request){
		.flags = a.flags, .exit_signal = a.exit_signal, .stack = a.stack + a.stack_size, .tls = a.tls,
		.parent_tid = (int __user *)a.parent_tid, .child_tid = (int __user *)a.child_tid,
	});
}

long sys_execve(const char __user *uname, const char __user *const __user *argv, const char __user *const __user *envp)
{
	struct exec_source source = { .argv = argv, .envp = envp };
	char *name = getname(uname, 0);
	long ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	ret = do_execve(name, &source);
	putname(name);
	return ret;
}

/* A descriptor is a place in /proc/self/fd. */
long sys_execveat(int dfd, const char __user *uname, const char __user *const __user *argv,
		  const char __user *const __user *envp, int flags)
{
	struct exec_source source = { .argv = argv, .envp = envp };
	char *name, *path;
	long ret;

	if (flags & ~AT_EMPTY_PATH)
		return -EINVAL;
	name = getname(uname, flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	if (IS_ERR(name))
		return PTR_ERR(name);
	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!path)
		ret = -ENOMEM;
	else if (dfd == AT_FDCWD || name[0] == '/')
		ret = do_execve(name, &source);
	else if (snprintf(path, PATH_MAX, "/proc/self/fd/%d%s%s", dfd, name[0] ? "/" : "", name) >= PATH_MAX)
		ret = -ENAMETOOLONG;
	else
		ret = do_execve(path, &source);
	kfree(path);
	putname(name);
	return ret;
}

/* --- ending and waiting -------------------------------------------------------------------------------------------- */

long sys_exit(int code)
{
	do_exit((code & 0xff) << 8);
}

long sys_exit_group(int code)
{
	do_group_exit((code & 0xff) << 8);
}

long sys_wait4(pid_t pid, int __user *status, int options, struct user_rusage __user *rusage)
{
	struct wait_request r = { .options = options | WEXITED };
	long ret;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WALL | (int)__WCLONE))
		return -EINVAL;
	if (pid == (pid_t)0x80000000)
		return -ESRCH;
	r.what = pid == -1 ? WAIT_ANY : pid > 0 ? WAIT_PID : WAIT_PGRP;
	r.number = pid > 0 ? pid : pid == 0 ? get_process_group(current) : -pid;
	ret = do_wait(&r);
	if (ret)
		return ret;
	if (r.pid && status && put_user(r.status, status))
		return -EFAULT;
	if (r.pid && rusage && put_rusage(rusage, &r.usage))
		return -EFAULT;
	return r.pid;
}

enum { P_ALL, P_PID, P_PGID };

static int wait_status_of(const struct wait_request *r)
{
	if (r->code == CLD_EXITED)
		return r->status >> 8;
	if (r->code == CLD_STOPPED)
		return r->status >> 8 & 0xff;
	return r->code == CLD_CONTINUED ? SIGCONT : r->status & 0x7f;
}

long sys_waitid(int which, pid_t id, void __user *uinfo, int options, struct user_rusage __user *rusage)
{
	struct wait_request r = { .options = options };
	struct siginfo info = { 0 };
	long ret;

	if ((options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD | __WALL | (int)__WCLONE)) ||
	    !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	if (which < P_ALL || which > P_PGID || (which == P_PID && id <= 0) || (which == P_PGID && id < 0))
		return -EINVAL;
	r.what = which == P_ALL ? WAIT_ANY : which == P_PID ? WAIT_PID : WAIT_PGRP;
	r.number = which == P_PGID && !id ? get_process_group(current) : id;
	ret = do_wait(&r);
	if (ret)
		return ret;
	if (r.pid) {
		info.si_signo = SIGCHLD;
		info.si_code = r.code;
		info.child.pid = r.pid;
		info.child.uid = r.uid;
		info.child.status = wait_status_of(&r);
	}
	if (r.pid && rusage && put_rusage(rusage, &r.usage))
		return -EFAULT;
	return uinfo ? copy_siginfo_to_user(uinfo, &info) : 0;
}

/* --- knobs of a thread or process ------------------------------------------------------------------------------------- */

enum prctl_option {
	PR_SET_PDEATHSIG = 1, PR_GET_PDEATHSIG = 2, PR_GET_DUMPABLE = 3, PR_SET_DUMPABLE = 4, PR_SET_NAME = 15,
	PR_GET_NAME = 16, PR_GET_SECCOMP = 21, PR_CAPBSET_READ = 23, PR_SET_TIMERSLACK = 29, PR_GET_TIMERSLACK = 30,
	PR_SET_NO_NEW_PRIVS = 38, PR_GET_NO_NEW_PRIVS = 39, PR_SET_THP_DISABLE = 41, PR_GET_THP_DISABLE = 42,
};

static long set_name(const char __user *uname)
{
	char name[TASK_COMM_LEN];

	if (strncpy_from_user(name, uname, sizeof(name) - 1) < 0)
		return -EFAULT;
	name[sizeof(name) - 1] = 0;
	set_task_comm(current, name);
	return 0;
}

static long get_name(char __user *uname)
{
	char name[TASK_COMM_LEN] = { 0 };

	strscpy(name, current->comm, sizeof(name));
	return copy_to_user(uname, name, sizeof(name)) ? -EFAULT : 0;
}

#define PR_THP_DISABLE_EXCEPT_ADVISED	BIT(1)

/* How: not at all, or with the flag only where madvise asks for them. */
static long set_thp_disable(bool disable, unsigned long how)
{
	struct mm *mm = current->mm;

	if (how & ~PR_THP_DISABLE_EXCEPT_ADVISED || (!disable && how))
		return -EINVAL;
	mmap_write_lock(mm);
	clear_bit(MMF_DISABLE_THP, &mm->flags);
	clear_bit(MMF_DISABLE_THP_EXCEPT_ADVISED, &mm->flags);
	if (disable)
		set_bit(how ? MMF_DISABLE_THP_EXCEPT_ADVISED : MMF_DISABLE_THP, &mm->flags);
	mmap_write_unlock(mm);
	return 0;
}

static long get_thp_disable(void)
{
	if (test_bit(MMF_DISABLE_THP, &current->mm->flags))
		return 1;
	return test_bit(MMF_DISABLE_THP_EXCEPT_ADVISED, &current->mm->flags) ? 1 | PR_THP_DISABLE_EXCEPT_ADVISED : 0;
}

long sys_prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4, unsigned long arg5)
{
	switch (option) {
	case PR_SET_PDEATHSIG:
		if (arg2 > _NSIG)
			return -EINVAL;
		current->pdeath_signal = arg2;
		return 0;
	case PR_GET_PDEATHSIG:
		return put_user(current->pdeath_signal, (int __user *)arg2);
	case PR_SET_NAME:
		return set_name((const char __user *)arg2);
	case PR_GET_NAME:
		return get_name((char __user *)arg2);
	case PR_GET_DUMPABLE:
	case PR_CAPBSET_READ:
		return 1;
	case PR_SET_DUMPABLE:
		return arg2 > 1 ? -EINVAL : 0;
	case PR_GET_SECCOMP:
	case PR_SET_TIMERSLACK:
		return 0;
	case PR_GET_TIMERSLACK:
		return 50000;
	case PR_SET_NO_NEW_PRIVS:	/* nothing here gives privileges */
		return arg2 != 1 || arg3 || arg4 || arg5 ? -EINVAL : 0;
	case PR_GET_NO_NEW_PRIVS:
		return arg2 || arg3 || arg4 || arg5 ? -EINVAL : 0;
	case PR_SET_THP_DISABLE:
		return arg4 || arg5 ? -EINVAL : set_thp_disable(arg2, arg3);
	case PR_GET_THP_DISABLE:
		return arg2 || arg3 || arg4 || arg5 ? -EINVAL : get_thp_disable();
	default:
		return -EINVAL;
	}
}

enum { ARCH_SET_GS = 0x1001, ARCH_SET_FS, ARCH_GET_FS, ARCH_GET_GS };

long sys_arch_prctl(int option, unsigned long arg)
{
	struct x86_thread *thread = &current->thread;

	switch (option) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		if (arg >= TASK_SIZE)
			return -EPERM;
		(option == ARCH_SET_FS ? thread_set_fsbase : thread_set_gsbase)(thread, arg);
		return 0;
	case ARCH_GET_FS:
		return put_user(thread->fsbase, (u64 __user *)arg);
	case ARCH_GET_GS:
		return put_user(thread->gsbase, (u64 __user *)arg);
	default:
		return -EINVAL;
	}
}

long sys_personality(unsigned int persona)
{
	unsigned int old = current->personality;

	if (persona != 0xffffffff)
		current->personality = persona;
	return old;
}
