/* process/exec_stack.c - a new program's stack. See exec_stack.h.
 *
 * Linux: fs/binfmt_elf.c (create_elf_tables), fs/exec.c (setup_arg_pages).
 */
#include <process/exec_stack.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/random.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/fpu.h>
#include <kernel/x86/usercopy.h>
#include <mm/map/map.h>

enum auxv_type {
	AT_NULL = 0, AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5, AT_PAGESZ = 6, AT_BASE = 7, AT_FLAGS = 8, AT_ENTRY = 9,
	AT_UID = 11, AT_EUID = 12, AT_GID = 13, AT_EGID = 14, AT_PLATFORM = 15, AT_HWCAP = 16, AT_CLKTCK = 17,
	AT_SECURE = 23, AT_RANDOM = 25, AT_EXECFN = 31, AT_MINSIGSTKSZ = 51,
};

#define STACK_SPARE		(128UL << 10)	/* mapped at once below what is written */
#define PLATFORM		"x86_64"
#define USER_HZ			100
#define SIGFRAME_BASE_SIZE	1024		/* of a signal frame without the FPU's part */

int exec_stack_map(struct mm *mm, unsigned long top, const struct exec_args *args, bool executable)
{
	unsigned long flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_GROWSDOWN | VM_ACCOUNT |
			      mm->def_flags | (executable ? VM_EXEC : 0);
	unsigned long pointers = (exec_args_argc(args) + args->envc) * sizeof(u64);
	struct vma *vma;

	return map_stack_area(mm, top, PAGE_ALIGN(exec_args_size(args) + pointers + STACK_SPARE), flags, &vma);
}

/* Words that are written upwards from sp. */
struct word_writer {
	u64 __user	*at;
	int		error;
};

static void put_word(struct word_writer *w, u64 value)
{
	if (!w->error)
		w->error = put_user(value, w->at);
	w->at++;
}

/* Pointers to count strings that lie one behind the other from *string on, then NULL. */
static void put_string_pointers(struct word_writer *w, unsigned long *string, unsigned int count)
{
	long length;

	for (unsigned int i = 0; i < count && !w->error; i++) {
		put_word(w, *string);
		length = strnlen_user((const char __user *)*string, TASK_SIZE - *string);
		if (length <= 0)
			w->error = -EFAULT;
		*string += length;
	}
	put_word(w, 0);
}

static u64 cpu_hwcap(void)
{
	u32 a, b, c, d;

	cpuid(1, 0, &a, &b, &c, &d);
	return d;
}

#define AUXV_PAIRS	19

/* => words written into auxv */
static unsigned int make_auxv(unsigned long *auxv, const struct exec_facts *f, unsigned long name, unsigned long platform,
			      unsigned long random)
{
	const unsigned long pairs[][2] = {
		{ AT_HWCAP, cpu_hwcap() }, { AT_PAGESZ, PAGE_SIZE }, { AT_CLKTCK, USER_HZ },
		{ AT_PHDR, f->phdr }, { AT_PHENT, sizeof(struct elf_phdr) }, { AT_PHNUM, f->phnum },
		{ AT_BASE, f->interp_base }, { AT_FLAGS, 0 }, { AT_ENTRY, f->entry },
		{ AT_UID, current->uid }, { AT_EUID, current->euid }, { AT_GID, current->gid }, { AT_EGID, current->egid },
		{ AT_SECURE, 0 }, { AT_RANDOM, random }, { AT_EXECFN, name }, { AT_PLATFORM, platform },
		{ AT_MINSIGSTKSZ, SIGFRAME_BASE_SIZE + fpu_frame_size() }, { AT_NULL, 0 },
	};
	static_assert(ARRAY_SIZE(pairs) == AUXV_PAIRS, "AUXV_PAIRS");

	memcpy(auxv, pairs, sizeof(pairs));
	return AUXV_PAIRS * 2;
}

/* => the address below `below` that it was written to; 0: fault */
static unsigned long put_bytes(unsigned long below, const void *bytes, size_t size)
{
	unsigned long at = below - size;

	return copy_to_user((void __user *)at, bytes, size) ? 0 : at;
}

static void note_arguments(struct mm *mm, unsigned long args, unsigned long env, unsigned long end)
{
	mm->arg_start = args;
	mm->arg_end = mm->env_start = env;
	mm->env_end = end;
}

int exec_stack_fill(unsigned long top, const struct exec_args *args, const struct exec_facts *facts, unsigned long *sp)
{
	unsigned int argc = exec_args_argc(args), words;
	unsigned long name, strings, at, platform, random;
	struct mm *mm = current->mm;
	struct word_writer w = { 0 };
	u8 seed[16];

	name = put_bytes(top - sizeof(u64), facts->filename, strlen(facts->filename) + 1);
	at = strings = name - exec_args_size(args);
	if (!name || exec_args_write(args, strings))
		return -EFAULT;
	get_random_bytes(seed, sizeof(seed));
	platform = put_bytes(strings, PLATFORM, sizeof(PLATFORM));
	random = platform ? put_bytes(ALIGN_DOWN(platform, 16), seed, sizeof(seed)) : 0;
	if (!random)
		return -EFAULT;
	static_assert(AUXV_PAIRS * 2 <= ARRAY_SIZE(((struct mm *)0)->saved_auxv), "saved_auxv holds it");
	words = make_auxv(mm->saved_auxv, facts, name, platform, random);
	*sp = ALIGN_DOWN(random - (1 + argc + 1 + args->envc + 1 + words) * sizeof(u64), 16);
	w.at = (u64 __user *)*sp;
	put_word(&w, argc);
	put_string_pointers(&w, &at, argc);
	note_arguments(mm, strings, at, name);
	put_string_pointers(&w, &at, args->envc);
	for (unsigned int i = 0; i < words; i++)
		put_word(&w, mm->saved_auxv[i]);
	mm->start_stack = *sp;
	return w.error;
}
