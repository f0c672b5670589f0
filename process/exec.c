/* process/exec.c - a process becomes another program. See exec.h.
 *
 * The new address space is built completely while the old program could still go on: file found, arguments copied,
 * headers checked, segments and stack mapped. Then comes the point of no return: other threads are gone, the new space is
 * loaded, and what belonged to the old program is put away. All that is left is to write the stack.
 *
 * Linux: fs/exec.c, fs/binfmt_elf.c.
 */
#include <process/exec.h>

#include <fs/files.h>
#include <fs/namei.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/x86/fpu.h>
#include <mm/alloc/slab.h>
#include <mm/space/space.h>
#include <process/dethread.h>
#include <process/exec_map.h>
#include <process/exec_script.h>
#include <process/exec_stack.h>
#include <process/mm_release.h>
#include <process/posix_timer.h>
#include <process/signal.h>
#include <process/signal_send.h>

#define MAX_INTERPRETERS	5	/* scripts that name scripts */

struct exec {
	const char	*filename;	/* as the caller named it */
	struct file	*file;		/* what will run: behind all scripts */
	struct exec_args args;
	struct elf_image image, interp;
	struct exec_layout layout;
	struct mm	*mm;		/* the new space until it is loaded */
	unsigned long	bias, interp_bias;
	char		path[SCRIPT_HEAD_SIZE + 1];	/* of file, if it is an interpreter of a script */
	char		head[SCRIPT_HEAD_SIZE + 1];	/* first bytes of file, with a 0 behind */
};

/* --- scripts ------------------------------------------------------------------------------------------------ */

static int read_head(struct exec *x)
{
	u64 pos = 0;
	ssize_t n = kernel_read(x->file, x->head, SCRIPT_HEAD_SIZE, &pos);

	if (n < 0)
		return n;
	memset(x->head + n, 0, sizeof(x->head) - n);
	return 0;
}

/* x->file is a script: its interpreter takes its place, and its name becomes an argument. */
static int follow_script(struct exec *x)
{
	const char *script = x->path[0] ? x->path : x->filename;
	char *interpreter, *argument, *words;
	struct file *file;
	size_t size;
	int error = script_parse(x->head, &interpreter, &argument);

	if (error)
		return error;
	size = strlen(interpreter) + 1 + (argument ? strlen(argument) + 1 : 0) + strlen(script) + 1;
	words = kmalloc(size, GFP_KERNEL);
	if (!words)
		return -ENOMEM;
	strscpy(words, interpreter, size);
	if (argument)
		strscpy(words + strlen(interpreter) + 1, argument, size - strlen(interpreter) - 1);
	strscpy(words + size - strlen(script) - 1, script, strlen(script) + 1);
	error = exec_args_replace_first(&x->args, words, size, argument ? 3 : 2);
	kfree(words);
	if (error)
		return error;
	file = open_exec(interpreter);
	if (IS_ERR(file))
		return PTR_ERR(file);
	exec_file_put(x->file);
	x->file = file;
	strscpy(x->path, interpreter, sizeof(x->path));
	return 0;
}

static int find_program(struct exec *x)
{
	int error;

	x->file = open_exec(x->filename);
	if (IS_ERR(x->file)) {
		error = PTR_ERR(x->file);
		x->file = NULL;
		return error;
	}
	for (int i = 0; i <= MAX_INTERPRETERS; i++) {
		error = read_head(x);
		if (error || elf_has_magic(x->head))
			return error;
		error = follow_script(x);
		if (error)
			return error;
	}
	return -ELOOP;
}

/* --- the new space ------------------------------------------------------------------------------------------- */

static struct file *open_interpreter(struct exec *x)
{
	const struct elf_phdr *p = x->image.interp;
	char *name = kmalloc(p->filesz, GFP_KERNEL);
	struct file *file;
	u64 pos = p->offset;
	ssize_t n;

	if (!name)
		return ERR_PTR(-ENOMEM);
	n = kernel_read(x->file, name, p->filesz, &pos);
	if (n != (ssize_t)p->filesz || name[n - 1])
		file = ERR_PTR(n < 0 ? n : -ENOEXEC);
	else
		file = open_exec(name);
	kfree(name);
	return file;
}

static int map_interpreter(struct exec *x)
{
	struct file *file;
	int error;

	if (!x->image.interp)
		return 0;
	file = open_interpreter(x);
	if (IS_ERR(file))
		return PTR_ERR(file);
	error = elf_read(file, &x->interp);
	if (!error)
		error = elf_map(x->mm, file, &x->interp, 0, &x->interp_bias);
	exec_file_put(file);
	return error;
}

static int build_space(struct exec *x)
{
	int error;

	x->mm = mm_alloc();
	if (!x->mm)
		return -ENOMEM;
	exec_layout_choose(&x->layout);
	x->mm->mmap_base = x->layout.mmap_base;
	if (current->mm)
		mm_inherit_flags(x->mm, current->mm);
	error = elf_map(x->mm, x->file, &x->image, x->layout.program_base, &x->bias);
	if (!error)
		error = exec_stack_map(x->mm, x->layout.stack_top, &x->args, x->image.executable_stack);
	if (!error)
		error = map_interpreter(x);
	if (error)
		return error;
	elf_note_addresses(x->mm, &x->image, x->bias);
	x->mm->start_brk = x->mm->brk = PAGE_ALIGN(x->image.high + x->bias) + x->layout.brk_gap;
	x->mm->exe_file = x->file;	/* with its reference, and nobody may write to it */
	x->file = NULL;
	return 0;
}

/* --- the point of no return ----------------------------------------------------------------------------------- */

static void load_space(struct exec *x)
{
	struct mm *old;

	if (current->mm)
		mm_release(current);
	old = switch_mm(x->mm);
	x->mm = NULL;
	if (old)
		mmput(old);
}

static int forget_old_program(struct exec *x)
{
	const char *slash = strrchr(x->filename, '/');
	int error = files_prepare_exec(current);

	if (!error)
		error = unshare_sighand();
	if (error)
		return error;
	posix_timers_exit();
	flush_signal_handlers(current->sighand);
	current->sig.altstack_sp = current->sig.altstack_size = 0;
	current->sig.altstack_flags = 0;
	current->sig.restart.fn = NULL;
	set_task_comm(current, slash ? slash + 1 : x->filename);
	spin_lock_irq(&tasklist_lock);
	current->signal->did_exec = true;
	current->exit_signal = SIGCHLD;
	spin_unlock_irq(&tasklist_lock);
	thread_set_fsbase(&current->thread, 0);
	thread_set_gsbase(&current->thread, 0);
	fpu_init_thread(&current->thread);
	return 0;
}

static int start_new_program(struct exec *x)
{
	struct exec_facts facts = {
		.filename = x->filename,
		.phdr = x->image.phdr_vaddr ? x->image.phdr_vaddr + x->bias : 0,
		.phnum = x->image.header.phnum,
		.interp_base = x->image.interp ? x->interp.low + x->interp_bias : 0,
		.entry = x->image.header.entry + x->bias,
	};
	unsigned long sp, start = x->image.interp ? x->interp.header.entry + x->interp_bias : facts.entry;
	int error = elf_clear_bss(&x->image, x->bias);

	if (!error && x->image.interp)
		error = elf_clear_bss(&x->interp, x->interp_bias);
	if (!error)
		error = exec_stack_fill(x->layout.stack_top, &x->args, &facts, &sp);
	if (!error)
		thread_start_user(thread_pt_regs(&current->thread), start, sp);
	return error;
}

static int become(struct exec *x)
{
	int error = dethread();

	if (error)
		return error;
	load_space(x);
	error = forget_old_program(x);
	if (!error)
		error = start_new_program(x);
	if (error)
		force_sigkill();
	return error;
}

static int prepare_and_become(struct exec *x, const struct exec_source *source)
{
	int error = exec_args_copy(&x->args, source);

	if (!error)
		error = find_program(x);
	if (!error)
		error = elf_read(x->file, &x->image);
	if (!error)
		error = build_space(x);
	return error ? error : become(x);
}

int do_execve(const char *name, const struct exec_source *source)
{
	struct exec *x = kzalloc(sizeof(*x), GFP_KERNEL);
	int error;

	if (!x)
		return -ENOMEM;
	x->filename = name;
	INIT_LIST_HEAD(&x->args.chunks);
	error = prepare_and_become(x, source);
	exec_args_free(&x->args);
	elf_image_free(&x->image);
	elf_image_free(&x->interp);
	if (x->file)
		exec_file_put(x->file);
	if (x->mm)
		mmput(x->mm);
	kfree(x);
	return error;
}
