/* process/signal_abi.h - signals as programs know them: numbers, flags, and the structures on their stacks.
 *
 * Programs were compiled with these layouts: nothing here may ever change.
 *
 * Linux: include/uapi/asm-generic/signal.h, siginfo.h, arch/x86/include/uapi/asm/signal.h, sigcontext.h, ucontext.h.
 */
#ifndef PROCESS_SIGNAL_ABI_H
#define PROCESS_SIGNAL_ABI_H

#include <kernel/lib/compiler.h>
#include <kernel/sched/task_signals.h>

enum signal_number {
	SIGHUP = 1, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2,
	SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGXCPU,
	SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGIO, SIGPWR, SIGSYS,
	SIGRTMIN = 32, SIGRTMAX = 64,
};
#define _NSIG		64

#define SIG_DFL		((void __user *)0)
#define SIG_IGN		((void __user *)1)

#define SA_NOCLDSTOP	0x00000001UL
#define SA_NOCLDWAIT	0x00000002UL
#define SA_SIGINFO	0x00000004UL
#define SA_RESTORER	0x04000000UL
#define SA_ONSTACK	0x08000000UL
#define SA_RESTART	0x10000000UL
#define SA_NODEFER	0x40000000UL
#define SA_RESETHAND	0x80000000UL

#define SIG_BLOCK	0
#define SIG_UNBLOCK	1
#define SIG_SETMASK	2

#define SS_ONSTACK	1
#define SS_DISABLE	2
#define SS_AUTODISARM	(1U << 31)
#define MINSIGSTKSZ	2048

/* si_code. Above 0: sent by the kernel because of this task */
#define SI_USER		0
#define SI_KERNEL	0x80
#define SI_QUEUE	(-1)
#define SI_TIMER	(-2)
#define SI_TKILL	(-6)
#define FPE_INTDIV	1
#define FPE_INTOVF	2
#define FPE_FLTDIV	3
#define FPE_FLTOVF	4
#define FPE_FLTUND	5
#define FPE_FLTRES	6
#define FPE_FLTINV	7
#define ILL_ILLOPN	2
#define SEGV_MAPERR	1
#define SEGV_ACCERR	2
#define BUS_ADRALN	1
#define BUS_ADRERR	2
#define TRAP_BRKPT	1
#define TRAP_TRACE	2
#define CLD_EXITED	1
#define CLD_KILLED	2
#define CLD_DUMPED	3
#define CLD_TRAPPED	4
#define CLD_STOPPED	5
#define CLD_CONTINUED	6

union sigval {
	int		sival_int;
	void __user	*sival_ptr;
};

/* The part of a user's siginfo_t that has meaning; the rest, up to 128 bytes, is 0. */
struct siginfo {
	s32	si_signo, si_errno, si_code, __pad;
	union {
		struct { pid_t pid; uid_t uid; union sigval value; } kill;	/* kill, sigqueue */
		struct { s32 tid, overrun; union sigval value; } timer;
		struct { pid_t pid; uid_t uid; s32 status; s64 utime, stime; } child; /* utime, stime in clock ticks */
		struct { u64 addr; } fault;
		u64 __room[4];
	};
};
static_assert(sizeof(struct siginfo) == 48, "siginfo_t of the ABI");
#define SIGINFO_SIZE	128

struct sigaction {
	void __user	*handler;
	unsigned long	flags;
	void __user	*restorer;
	sigset_t	mask;
};
static_assert(sizeof(struct sigaction) == 32, "struct kernel_sigaction of the ABI");

struct user_stack {			/* stack_t */
	u64	ss_sp;
	s32	ss_flags, __pad;
	u64	ss_size;
};

struct sigcontext {
	u64	r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
	u16	cs, gs, fs, ss;
	u64	err, trapno, oldmask, cr2;
	u64	fpstate;		/* user address; 0: fresh state */
	u64	__reserved[8];
};
static_assert(sizeof(struct sigcontext) == 256, "struct sigcontext of the ABI");

#define UC_FP_XSTATE		1	/* fpstate is an XSAVE image */
#define UC_SIGCONTEXT_SS	2	/* ss is valid */
#define UC_STRICT_RESTORE_SS	4

struct ucontext {
	u64			uc_flags, uc_link;
	struct user_stack	uc_stack;
	struct sigcontext	uc_mcontext;
	sigset_t		uc_sigmask;
};

/* What lies at rsp when a handler starts. */
struct rt_sigframe {
	void __user		*pretcode;	/* the return address: sa_restorer */
	struct ucontext		uc;
	struct siginfo		info;
	u8			info_rest[SIGINFO_SIZE - sizeof(struct siginfo)];
};

struct user_sigevent {
	union sigval	value;
	s32		signo, notify;
	s32		tid;
	s32		__pad[11];
};
static_assert(sizeof(struct user_sigevent) == 64, "struct sigevent of the ABI");
#define SIGEV_SIGNAL	0
#define SIGEV_NONE	1
#define SIGEV_THREAD	2
#define SIGEV_THREAD_ID	4

#endif
