/* process/fork.h - new threads and processes.
 *
 * Linux: kernel/fork.c.
 */
#ifndef PROCESS_FORK_H
#define PROCESS_FORK_H

#include <process/process.h>

#define CSIGNAL			0x000000ff
#define CLONE_VM		0x00000100
#define CLONE_FS		0x00000200
#define CLONE_FILES		0x00000400
#define CLONE_SIGHAND		0x00000800
#define CLONE_PIDFD		0x00001000
#define CLONE_PTRACE		0x00002000
#define CLONE_VFORK		0x00004000
#define CLONE_PARENT		0x00008000
#define CLONE_THREAD		0x00010000
#define CLONE_SYSVSEM		0x00040000
#define CLONE_SETTLS		0x00080000
#define CLONE_PARENT_SETTID	0x00100000
#define CLONE_CHILD_CLEARTID	0x00200000
#define CLONE_DETACHED		0x00400000
#define CLONE_UNTRACED		0x00800000
#define CLONE_CHILD_SETTID	0x01000000
#define CLONE_IO		0x80000000UL
#define CLONE_CLEAR_SIGHAND	0x100000000UL

struct clone_request {
	u64		flags;		/* CLONE_* without the signal */
	int		exit_signal;
	unsigned long	stack;		/* rsp of the child; 0: its parent's */
	unsigned long	tls;		/* CLONE_SETTLS: FS base */
	int __user	*parent_tid, *child_tid;
};

/* => the child's pid; -EAGAIN, -ENOMEM, -EINVAL, -ERESTARTNOINTR. With CLONE_VFORK it returns when the child has its own memory */
long do_clone(const struct clone_request *request);

/* Parts of a user task that process 1 needs too. => 0 or -ENOMEM; what is there is freed with the task */
int task_add_user_part(struct task *task);		/* FPU area, fresh */
struct signal_state *signal_state_alloc(struct task *leader);
void signal_state_put(struct signal_state *signal);
struct sighand *sighand_alloc(void);
void sighand_put(struct sighand *sighand);
/* => tasklist_lock held: the task becomes visible as a thread of its signal_state */
void link_thread(struct task *task);

void fork_init(void);

#endif
