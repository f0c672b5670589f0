/* process/init.c - process 1: a kernel thread that becomes the first program.
 *
 * Linux: init/main.c (rest_init, kernel_init, run_init_process).
 */
#define pr_fmt(fmt) "init: " fmt

#include <process/process.h>

#include <fs/files.h>
#include <fs/namei.h>
#include <kernel/debug/panic.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sched/sched.h>
#include <kernel/x86/fpu.h>
#include <kernel/x86/trap.h>
#include <mm/alloc/vmalloc.h>
#include <mm/space/space.h>
#include <process/exec.h>
#include <process/fork.h>
#include <process/futex.h>
#include <process/group.h>
#include <process/jobs.h>
#include <process/limits.h>
#include <process/oom.h>
#include <process/signal.h>
#include <process/signal_queue.h>
#include <process/syscalls.h>

/* --- the first program --------------------------------------------------------------------------------------------- */

/* Descriptors 0, 1 and 2, which its children inherit. */
static void open_console(void)
{
	struct file *file = filp_open("/dev/console", O_RDWR, 0);

	if (IS_ERR(file)) {
		pr_warn("no /dev/console (error %ld): the first program has no input and output\n", -PTR_ERR(file));
		return;
	}
	for (int i = 0; i < 3; i++)
		fd_install(get_unused_fd_flags(0), get_file(file));
	fput(file);
}

static int run(const char *name)
{
	const char *argv[] = { name, NULL }, *envp[] = { "HOME=/", "TERM=linux", NULL };
	struct exec_source source = { .argv = argv, .envp = envp, .kernel = true };
	int error = do_execve(name, &source);

	if (!error)
		pr_info("%s is process 1\n", name);
	else if (error != -ENOENT)
		pr_err("%s can't be run (error %d)\n", name, -error);
	return error;
}

/* => only when the program runs */
static void run_first_program(void)
{
	static const char *const places[] = { "/init", "/sbin/init", "/etc/init", "/bin/init", "/bin/sh" };
	char name[128];

	if (cmdline_get("rdinit", name, sizeof(name)) || cmdline_get("init", name, sizeof(name))) {
		if (run(name))
			panic("the program of the boot option init=%s can't be run", name);
		return;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++)
		if (!run(places[i]))
			return;
	panic("no program to start: there is no /init, /sbin/init or /bin/sh. Is there an initramfs?");
}

/* In process 1. When it returns, the task goes to user mode. */
static void init_main(struct task *self __unused)
{
	open_console();
	run_first_program();
}

/* --- process 1 -------------------------------------------------------------------------------------------------------- */

static bool add_parts(struct task *task)
{
	if (task_add_user_part(task))
		return false;
	fpu_init_thread(&task->thread);
	task->signal = signal_state_alloc(task);
	task->sighand = sighand_alloc();
	task->files = files_alloc();
	task->fs = fs_context_alloc();
	return task->signal && task->sighand && task->files && task->fs;
}

void init_start(void)
{
	struct task *task = task_alloc();
	struct pgroup *group = pgroup_create_first();

	if (!task || !group || !add_parts(task))
		panic("no memory for process 1");
	limits_set_defaults(task->signal);
	task->signal->flags = SIGNAL_UNKILLABLE;
	task->pid = task->tgid = 1;
	task->exit_signal = SIGCHLD;
	set_task_comm(task, "init");
	thread_init(&task->thread, task->stack, KERNEL_STACK_SIZE, task_start, init_main);
	spin_lock_irq(&tasklist_lock);
	task->parent = &init_task;
	list_add_tail(&task->sibling, &init_task.children);
	pgroup_join(task->signal, group);
	link_thread(task);
	init_process = task;
	spin_unlock_irq(&tasklist_lock);
	wake_up_new_task(task);
}

void process_init(void)
{
	fork_init();
	signal_queue_init();
	futex_init();
	limits_init();
	oom_init();
	jobs_init();
	exe_file_put_hook = exec_file_put;
	return_to_user = process_return_to_user;
	syscall_init();
}
