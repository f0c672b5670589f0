/* process/syscalls.h - the system calls, with their arguments as they come out of the registers.
 *
 * Each returns what the program gets: a value, or a negative errno. They check arguments and copy structures; the work is
 * done elsewhere. Those of files mostly stand in fs/syscalls.h and go into the table as they are. Contracts: the manual, section 2.
 */
#ifndef PROCESS_SYSCALLS_H
#define PROCESS_SYSCALLS_H

#include <fs/syscalls.h>
#include <process/process.h>

struct user_cap_data;
struct user_cap_header;
struct user_clone_args;
struct user_itimerspec;
struct user_itimerval;
struct user_sysinfo;
struct user_tms;
struct user_utsname;

struct user_rusage {
	struct user_timeval utime, stime;
	s64	maxrss;			/* KB */
	s64	ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv, nsignals, nvcsw, nivcsw;
};
static_assert(sizeof(struct user_rusage) == 144, "struct rusage of the ABI");
/* => 0 or -EFAULT */
int put_rusage(struct user_rusage __user *to, const struct process_usage *usage);

/* pselect6's sixth argument */
struct user_sigmask_arg {
	const sigset_t __user *mask;
	size_t	size;
};

/* syscall_init - programs may call from now on */
void syscall_init(void);

/* process/sys_file.c: files */
long sys_open(const char __user *name, unsigned int flags, umode_t mode);
long sys_creat(const char __user *name, umode_t mode);
long sys_pipe(int __user *fds);
long sys_stat(const char __user *name, struct user_stat __user *st);
long sys_lstat(const char __user *name, struct user_stat __user *st);
long sys_access(const char __user *name, int mode);
long sys_faccessat(int dfd, const char __user *name, int mode);
long sys_readlink(const char __user *name, char __user *buf, int size);
long sys_chmod(const char __user *name, umode_t mode);
long sys_chown(const char __user *name, uid_t uid, gid_t gid);
long sys_lchown(const char __user *name, uid_t uid, gid_t gid);
long sys_mkdir(const char __user *name, umode_t mode);
long sys_mknod(const char __user *name, umode_t mode, unsigned int dev);
long sys_rmdir(const char __user *name);
long sys_unlink(const char __user *name);
long sys_rename(const char __user *old, const char __user *new);
long sys_renameat(int old_dfd, const char __user *old, int new_dfd, const char __user *new);
long sys_link(const char __user *old, const char __user *new);
long sys_symlink(const char __user *target, const char __user *name);
long sys_utimes(const char __user *name, const struct user_timeval __user *times);
long sys_eventfd(unsigned int count);
long sys_getxattr(const char __user *name);
long sys_lgetxattr(const char __user *name);
long sys_fgetxattr(unsigned int fd);
long sys_listxattr(const char __user *name);
long sys_llistxattr(const char __user *name);
long sys_flistxattr(unsigned int fd);

/* process/sys_mm.c: memory */
long sys_mmap(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
	unsigned long fd, unsigned long offset);
long sys_munmap(unsigned long addr, unsigned long len);
long sys_mprotect(unsigned long addr, unsigned long len, unsigned long prot);
long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len, unsigned long flags,
	unsigned long new_addr);
long sys_brk(unsigned long brk);
long sys_madvise(unsigned long addr, unsigned long len, int advice);
long sys_pidfd_open(pid_t pid, unsigned int flags);
long sys_process_madvise(int pidfd, const struct user_iovec __user *vec, unsigned long nr, int advice,
			 unsigned int flags);
long sys_mincore(unsigned long addr, unsigned long len, u8 __user *vec);
long sys_msync(unsigned long addr, unsigned long len, int flags);
long sys_mlock(unsigned long addr, unsigned long len);
long sys_mlock2(unsigned long addr, unsigned long len, int flags);
long sys_munlock(unsigned long addr, unsigned long len);
long sys_mlockall(int flags);
long sys_munlockall(void);

/* process/sys_poll.c: waiting for files */
long sys_poll(struct user_pollfd __user *fds, unsigned int nr, int timeout_ms);
long sys_ppoll(struct user_pollfd __user *fds, unsigned int nr, struct user_timespec __user *uts,
	const sigset_t __user *umask, size_t size);
long sys_pselect6(int nr, unsigned long __user *in, unsigned long __user *out, unsigned long __user *except,
	struct user_timespec __user *uts, const struct user_sigmask_arg __user *uarg);
long sys_select(int nr, unsigned long __user *in, unsigned long __user *out, unsigned long __user *except,
	struct user_timeval __user *utv);

/* process/sys_proc.c: processes */
long sys_getpid(void);
long sys_gettid(void);
long sys_getppid(void);
long sys_getpgrp(void);
long sys_getpgid(pid_t pid);
long sys_getsid(pid_t pid);
long sys_set_tid_address(int __user *address);
long sys_fork(void);
long sys_vfork(void);
long sys_clone(unsigned long flags, unsigned long stack, int __user *parent_tid, int __user *child_tid,
	unsigned long tls);
long sys_clone3(const struct user_clone_args __user *uargs, size_t size);
long sys_execve(const char __user *uname, const char __user *const __user *argv,
	const char __user *const __user *envp);
long sys_execveat(int dfd, const char __user *uname, const char __user *const __user *argv,
	const char __user *const __user *envp, int flags);
long sys_exit(int code) __noreturn;
long sys_exit_group(int code) __noreturn;
long sys_wait4(pid_t pid, int __user *status, int options, struct user_rusage __user *rusage);
long sys_waitid(int which, pid_t id, void __user *uinfo, int options, struct user_rusage __user *rusage);
long sys_prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4, unsigned long arg5);
long sys_arch_prctl(int option, unsigned long arg);
long sys_personality(unsigned int persona);

/* process/sys_futex.c: futexes */
long sys_futex(u32 __user *uaddr, int op, u32 value, unsigned long timeout, u32 __user *uaddr2, u32 value3);
long sys_set_robust_list(void __user *head, size_t size);
long sys_get_robust_list(pid_t pid, u64 __user *uhead, size_t __user *usize);

/* process/sys_sched.c: CPU */
long sys_sched_yield(void);
long sys_getcpu(u32 __user *cpu, u32 __user *node);
long sys_sched_getaffinity(pid_t pid, size_t len, u64 __user *umask);
long sys_sched_setaffinity(pid_t pid, size_t len, const void __user *umask);
long sys_getpriority(int which, int who);
long sys_setpriority(int which, int who, int nice);
long sys_sched_setscheduler(pid_t pid, int policy, const int __user *param);
long sys_sched_setparam(pid_t pid, const int __user *param);
long sys_sched_getscheduler(pid_t pid);
long sys_sched_getparam(pid_t pid, int __user *param);
long sys_sched_get_priority_max(int policy);
long sys_sched_get_priority_min(int policy);
long sys_sched_rr_get_interval(pid_t pid, struct user_timespec __user *uts);

/* process/sys_cred.c: users and groups */
long sys_getuid(void);
long sys_geteuid(void);
long sys_setresuid(uid_t real, uid_t effective, uid_t saved);
long sys_setuid(uid_t uid);
long sys_setreuid(uid_t real, uid_t effective);
long sys_getresuid(uid_t __user *real, uid_t __user *effective, uid_t __user *saved);
long sys_setfsuid(uid_t uid);
long sys_getgid(void);
long sys_getegid(void);
long sys_setresgid(gid_t real, gid_t effective, gid_t saved);
long sys_setgid(gid_t gid);
long sys_setregid(gid_t real, gid_t effective);
long sys_getresgid(gid_t __user *real, gid_t __user *effective, gid_t __user *saved);
long sys_setfsgid(gid_t gid);
long sys_getgroups(int size);
long sys_setgroups(int size);
long sys_capget(struct user_cap_header __user *uheader, struct user_cap_data __user *udata);
long sys_capset(struct user_cap_header __user *uheader, const struct user_cap_data __user *udata);

/* process/sys_signal.c: signals */
long sys_rt_sigaction(int sig, const struct sigaction __user *uaction, struct sigaction __user *uold,
	size_t size);
long sys_rt_sigprocmask(int how, const sigset_t __user *uset, sigset_t __user *uold, size_t size);
long sys_rt_sigpending(sigset_t __user *uset, size_t size);
long sys_rt_sigsuspend(const sigset_t __user *uset, size_t size);
long sys_rt_sigtimedwait(const sigset_t __user *uset, void __user *uinfo,
	const struct user_timespec __user *utimeout, size_t size);
long sys_rt_sigreturn(void);
long sys_sigaltstack(const struct user_stack __user *ustack, struct user_stack __user *uold);
long sys_pause(void);
long sys_restart_syscall(void);
long sys_kill(pid_t pid, int sig);
long sys_tgkill(pid_t tgid, pid_t tid, int sig);
long sys_tkill(pid_t tid, int sig);
long sys_rt_sigqueueinfo(pid_t pid, int sig, const void __user *uinfo);
long sys_rt_tgsigqueueinfo(pid_t tgid, pid_t tid, int sig, const void __user *uinfo);

/* process/sys_time.c: time */
long sys_clock_gettime(int clock, struct user_timespec __user *uts);
long sys_clock_getres(int clock, struct user_timespec __user *uts);
long sys_clock_settime(int clock, const struct user_timespec __user *uts);
long sys_gettimeofday(struct user_timeval __user *tv, void __user *tz);
long sys_settimeofday(const struct user_timeval __user *utv);
long sys_time(s64 __user *ut);
long sys_nanosleep(const struct user_timespec __user *uts, struct user_timespec __user *rem);
long sys_clock_nanosleep(int clock, int flags, const struct user_timespec __user *uts,
	struct user_timespec __user *rem);
long sys_alarm(unsigned int seconds);
long sys_getitimer(int which, struct user_itimerval __user *to);
long sys_setitimer(int which, const struct user_itimerval __user *from, struct user_itimerval __user *old);
long sys_timer_create(int clock, const struct user_sigevent __user *uevent, int __user *uid);
long sys_timer_settime(int id, int flags, const struct user_itimerspec __user *from,
	struct user_itimerspec __user *to);
long sys_timer_gettime(int id, struct user_itimerspec __user *to);

/* process/sys_info.c: the system */
long sys_uname(struct user_utsname __user *to);
long sys_sethostname(const char __user *name, int len);
long sys_setdomainname(const char __user *name, int len);
long sys_sysinfo(struct user_sysinfo __user *to);
long sys_getrandom(void __user *buf, size_t len, unsigned int flags);
long sys_getrusage(int who, struct user_rusage __user *to);
long sys_times(struct user_tms __user *to);
long sys_prlimit64(pid_t pid, unsigned int resource, const struct rlimit64 __user *unew,
	struct rlimit64 __user *uold);
long sys_getrlimit(unsigned int resource, struct rlimit64 __user *old);
long sys_setrlimit(unsigned int resource, const struct rlimit64 __user *new);
long sys_syslog(int action, char __user *buf, int len);
long sys_reboot(u32 magic1, u32 magic2, u32 command);

#endif
