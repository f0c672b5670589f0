/* user/tests/sysfuzz/calls.c - the calls, and what each argument is.
 *
 * Not here: calls that only end a life (exit), vfork, whose child has its parent's stack, fork, which life.c makes itself, and
 * rt_sigreturn, which is made in a child of its own. The child of a clone ends at once. A "!" stands before what
 * only root may do, and what nobody survives who is allowed to.
 */
#include <sys/syscall.h>

#include <user/tests/sysfuzz/sysfuzz.h>

#define C(name, types)	{ #name, SYS_##name, types }

const struct call calls[] = {
	/* memory: what matters most stands here twice */
	C(mmap, "Al{0,1,2,3,4,5,6,7}{1,2,3,0x10,0x20,0x100,0x4000,0x8000,0x20000,0x40000,0x100000}fo"),
	C(mprotect, "Al{0,1,2,3,4,5,6,7}"), C(munmap, "Al"), C(mremap, "All{0,1,2,3,4,7}A"),
	C(madvise, "Al{0,1,2,3,4,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,100}"), C(mincore, "Ala"),
	C(msync, "Al{1,2,4}"), C(mlock, "Al"), C(mlock2, "Al{0,1}"), C(munlock, "Al"), C(mlockall, "{0,1,2,4}"), C(munlockall, ""),
	C(brk, "w"), C(process_madvise, "fVn{20,21,25,3}n"), C(shmget, "nl{0,0x200,0x400,0x800,0600}"),
	C(shmat, "nA{0,010000,020000,040000}"), C(shmdt, "A"), C(shmctl, "n{0,1,2,3,11,12,13,14,15}S"),
	C(mmap, "Al{3}{0x22,0x32,0x62,0x8022}fo"), C(munmap, "Al"), C(mremap, "All{1,3}A"), C(madvise, "Al{4,8,9,21,25,14}"),
	C(mprotect, "Al{0,1,3}"), C(madvise, "Al{4,21,25}"), C(mmap, "Al{1,3}{0x11,0x12,0x1,0x2}fo"),
	/* reading and writing */
	C(read, "fal"), C(write, "fal"), C(pread64, "falo"), C(pwrite64, "falo"), C(readv, "fVn"), C(writev, "fVn"), C(preadv, "fVno"),
	C(pwritev, "fVno"), C(lseek, "fo{0,1,2,3,4,5}"), C(sendfile, "ffSl"), C(splice, "fSfSl{0,1,2,4,8}"), C(ftruncate, "fo"), C(truncate, "po"),
	C(fallocate, "f{0,1,2,3,8,16,32}oo"), C(fsync, "f"), C(fdatasync, "f"), C(syncfs, "f"), C(sync, ""), C(fadvise64, "fol{0,1,2,3,4,5}"),
	/* files */
	C(open, "p{0,1,2,0100,0200,01000,02000,04000,0200000,0400000,010000000,020200000}{0,0600,0777}"), C(close, "f"), C(creat, "p{0,0600}"),
	C(openat, "fp{0,1,2,0100,01000,02000,0200000}{0600}"), C(dup, "f"), C(dup2, "fn"), C(dup3, "fn{0,02000000,1}"),
	C(fcntl, "f{0,1,2,3,4,5,6,7,8,9,1024,1025,1026,1031,1032,1033,1034}w"), C(fcntl, "f{5,6,7,1031}S"), C(flock, "f{1,2,4,8}"), C(ioctl, "f{0x5401,0x5402,0x5413,0x541b,0x5421,0x5450,0x1272,0x5410,0x540f,0x125d,0x125e,0x1260,0x1261,0x1268,0x127b,0x80081270,0x80081272}S"),
	C(stat, "pS"), C(fstat, "fS"), C(lstat, "pS"), C(newfstatat, "fpS{0,0x100,0x1000}"), C(statx, "fp{0,0x100,0x1000}wS"), C(statfs, "pS"),
	C(fstatfs, "fS"), C(access, "p{0,1,2,4,8}"), C(faccessat, "fp{0,1,2,4}"), C(rename, "pp"), C(renameat, "fpfp"),
	C(renameat2, "fpfp{0,1,2,4}"), C(mkdir, "p{0,0700}"), C(mkdirat, "fp{0700}"), C(rmdir, "p"), C(link, "pp"), C(linkat, "fpfp{0,0x400,0x1000}"),
	C(unlink, "p"), C(unlinkat, "fp{0,0x200}"), C(symlink, "pp"), C(symlinkat, "pfp"), C(readlink, "pal"), C(readlinkat, "fpal"),
	C(chmod, "p{0,0600,07777}"), C(fchmod, "f{0,0600}"), C(chown, "puu"), C(fchown, "fuu"), C(lchown, "puu"), C(fchmodat, "fp{0,0600}"), C(fchownat, "fpuu{0,0x100,0x1000}"), C(mknodat, "fp{010600,0100600,020600,060600}w"),
	C(faccessat2, "fp{0,1,2,4}{0,0x100,0x200,0x1000}"), C(utimes, "pt"), C(futimesat, "fpt"), C(mknod, "p{010600,0100600,020600,060600}w"),
	C(getdents64, "fal"), C(getcwd, "al"), C(chdir, "p"), C(fchdir, "f"), C(umask, "{0,077,0777}"), C(utimensat, "fpt{0,0x100}"), C(chroot, "p"),
	C(pipe, "S"), C(pipe2, "S{0,02000000,04000,040000}"), C(eventfd2, "n{0,1,04000,02000000}"), C(memfd_create, "p{0,1,2,4}"),
	C(close_range, "nn{0,2,4}"), C(getxattr, "ppal"), C(lgetxattr, "ppal"), C(fgetxattr, "fpal"), C(listxattr, "pal"), C(llistxattr, "pal"), C(flistxattr, "fal"),
	C(eventfd, "n"), C(execve, "pVV"), C(execveat, "fpVV{0,0x1000}"),
	/* waiting */
	C(poll, "Sn{0,1}"), C(ppoll, "Sntxz"), C(select, "nSSSt"), C(pselect6, "nSSStS"), C(nanosleep, "tS"), C(clock_nanosleep, "n{0,1}tS"),
	C(futex, "a{0,1,3,4,5,9,10,0x80,0x81,0x83,0x84,0x89,0x100,6,7,13}ntan"), C(wait4, "dS{1,2,8,9}S"), C(waitid, "{0,1,2,3}dS{1,5,2,4,8}S"), C(sched_yield, ""), C(pause, ""), C(restart_syscall, ""),
	/* signals */
	C(rt_sigaction, "sSSz"), C(rt_sigprocmask, "{0,1,2}xSz"), C(rt_sigpending, "Sz"), C(rt_sigtimedwait, "xStz"), C(rt_sigqueueinfo, "dsS"),
	C(rt_sigsuspend, "xz"), C(sigaltstack, "SS"), C(kill, "ds"), C(tkill, "ds"), C(tgkill, "dds"), C(rt_tgsigqueueinfo, "ddsS"),
	C(alarm, "{0,1,100}"), C(getitimer, "{0,1,2}S"), C(setitimer, "{1,2,3}SS"), C(timer_create, "nSS"), C(timer_settime, "n{0,1}SS"),
	C(timer_gettime, "nS"), C(timer_getoverrun, "n"), C(timer_delete, "n"),
	/* who one is */
	C(getpid, ""), C(getppid, ""), C(gettid, ""), C(getuid, ""), C(geteuid, ""), C(getgid, ""), C(getegid, ""), C(getpgrp, ""),
	C(set_tid_address, "a"), C(set_robust_list, "a{24}"), C(setrlimit, "{2,5,6,10,11,12,13,14,15,16}S"), C(getpgid, "d"), C(setpgid, "dd"), C(getsid, "d"), C(setsid, ""), C(getpriority, "{0,1,2}d"), C(setpriority, "{0,1,2}dn"), C(setuid, "u"),
	C(setgid, "u"), C(setreuid, "uu"), C(setresuid, "uuu"), C(getresuid, "SSS"), C(setregid, "uu"), C(setresgid, "uuu"), C(getresgid, "SSS"), C(getgroups, "nS"),
	C(setgroups, "nS"), C(setfsuid, "u"), C(setfsgid, "u"), C(capget, "SS"), C(capset, "SS"), C(prctl, "{2,3,7,8,16,21,22,23,24,35,36,37,38,39,40,41,42}SSSS"),
	C(personality, "w"), C(getrlimit, "nS"), C(prlimit64, "dnSS"), C(getrusage, "{0,1,-1}S"), C(pidfd_open, "d{0,04000}"), C(clone3, "Q{64,80,88,96,128,4096,56,8192}"),
	C(clone, "{17,0,0x200,0x400,0x800,0x10000,0x20000,0x40000,0x80000,0x100000,0x200000,0x800000,0x1000000,0x10000000,0x80000000,0x1000}{0}aaa"),
	/* the system */
	C(uname, "S"), C(sysinfo, "S"), C(times, "S"), C(time, "S"), C(gettimeofday, "SS"), C(settimeofday, "!SS"), C(clock_gettime, "nS"),
	C(clock_settime, "!nt"), C(clock_getres, "nS"), C(getcpu, "SS"), C(getrandom, "al{0,1,2,4}"), C(syslog, "{2,3,5,8,9,10}al"),
	C(sethostname, "!al"), C(setdomainname, "!al"), C(mount, "!ppp{0,1,32}S"), C(umount2, "!p{0,1,2}"), C(swapon, "!pn"), C(swapoff, "!p"),
	C(reboot, "!{0xfee1dead}{672274793}{0x1234567,0x4321fedc}S"), C(sched_setaffinity, "dlS"), C(sched_getaffinity, "dlS"),
	C(sched_getparam, "dS"), C(sched_setparam, "dS"), C(sched_get_priority_max, "{0,1,2,3,5,6}"), C(sched_get_priority_min, "{0,1,2,3,5,6}"), C(sched_setscheduler, "d{0,1,2,3,5}S"), C(sched_getscheduler, "d"), C(sched_rr_get_interval, "dS"),
	C(get_robust_list, "dSS"), C(arch_prctl, "{0x1003,0x1004,0x1011,7}S"),
};
const int nr_calls = sizeof(calls) / sizeof(calls[0]);
_Static_assert(sizeof(calls) / sizeof(calls[0]) <= MOST_CALLS, "world.seen");
