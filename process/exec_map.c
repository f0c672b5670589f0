/* process/exec_map.c - a program's segments in a new address space. See exec_map.h.
 *
 * Linux: fs/binfmt_elf.c, arch/x86/mm/mmap.c (mmap_base, arch_pick_mmap_layout).
 */
#include <process/exec_map.h>

#include <fs/mmap.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/random.h>
#include <kernel/sched/task.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>
#include <mm/map/map.h>

#define ADDR_NO_RANDOMIZE	0x0040000	/* personality(2) */
#define PROGRAM_BASE		(TASK_SIZE / 3 * 2)
#define STACK_RANDOM_PAGES	(1UL << 22)	/* 16 GB */
#define MMAP_RANDOM_PAGES	(1UL << 28)	/* 1 TB */
#define BRK_RANDOM_PAGES	(1UL << 13)	/* 32 MB */
#define MIN_STACK_GAP		(128UL << 20)

/* --- layout ------------------------------------------------------------------------------------------------ */

static bool randomize(void)
{
	return !cmdline_bool("norandmaps") && !(current->personality & ADDR_NO_RANDOMIZE);
}

void exec_layout_choose(struct exec_layout *l)
{
	bool random = randomize();
	unsigned long gap = clamp(rlimit(RLIMIT_STACK), MIN_STACK_GAP, TASK_SIZE / 6 * 5);

	gap += STACK_GUARD_GAP + (random ? STACK_RANDOM_PAGES << PAGE_SHIFT : 0);
	l->stack_top = TASK_SIZE - (random ? get_random_below(STACK_RANDOM_PAGES) << PAGE_SHIFT : 0);
	l->mmap_base = PAGE_ALIGN(TASK_SIZE - gap - (random ? get_random_below(MMAP_RANDOM_PAGES) << PAGE_SHIFT : 0));
	l->program_base = (PROGRAM_BASE & PAGE_MASK) + (random ? get_random_below(MMAP_RANDOM_PAGES) << PAGE_SHIFT : 0);
	l->brk_gap = random ? get_random_below(BRK_RANDOM_PAGES) << PAGE_SHIFT : 0;
}

/* --- headers ------------------------------------------------------------------------------------------------ */

/* => 0; -ENOEXEC when the file is too short, or its error */
static int read_exactly(struct file *file, void *buf, size_t size, u64 offset)
{
	ssize_t n = kernel_read(file, buf, size, &offset);

	return n == (ssize_t)size ? 0 : n < 0 ? n : -ENOEXEC;
}

int elf_read(struct file *file, struct elf_image *image)
{
	size_t size;
	int error = read_exactly(file, &image->header, sizeof(image->header), 0);

	image->phdrs = NULL;
	if (!error)
		error = elf_check_header(&image->header);
	if (error)
		return error;
	size = image->header.phnum * sizeof(*image->phdrs);
	image->phdrs = kmalloc(size, GFP_KERNEL);
	if (!image->phdrs)
		return -ENOMEM;
	if (image->header.phoff > (u64)S64_MAX - size)
		return -ENOEXEC;
	error = read_exactly(file, image->phdrs, size, image->header.phoff);
	return error ? error : elf_parse(image, file->inode->size);
}

void elf_image_free(struct elf_image *image)
{
	kfree(image->phdrs);
	image->phdrs = NULL;
}

/* --- segments ------------------------------------------------------------------------------------------------ */

static unsigned long segment_prot(const struct elf_phdr *p)
{
	return (p->flags & PF_R ? PROT_READ : 0) | (p->flags & PF_W ? PROT_WRITE : 0) | (p->flags & PF_X ? PROT_EXEC : 0);
}

static int as_error(unsigned long address)
{
	return IS_ERR_VALUE(address) ? (int)(long)address : 0;
}

/* The pages that hold bytes of the file, then zeroed ones for the rest. */
static int map_segment(struct mm *mm, struct file *file, const struct elf_phdr *p, unsigned long bias)
{
	unsigned long start = (p->vaddr + bias) & PAGE_MASK, end = PAGE_ALIGN(p->vaddr + bias + p->memsz);
	unsigned long file_end = p->filesz ? PAGE_ALIGN(p->vaddr + bias + p->filesz) : start;
	int error = 0;

	if (file_end > start)
		error = as_error(vm_mmap_file(mm, file, start, file_end - start, segment_prot(p),
					      MAP_PRIVATE | MAP_FIXED, p->offset & PAGE_MASK));
	if (!error && end > file_end)
		error = as_error(do_mmap(mm, file_end, end - file_end, segment_prot(p),
					 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0));
	return error;
}

/* A hole that is large enough, also when the image must begin at a multiple of its alignment. */
static unsigned long find_room(struct mm *mm, const struct elf_image *image)
{
	unsigned long size = PAGE_ALIGN(image->high - image->low), address;

	mmap_write_lock(mm);
	address = find_free_range(mm, size, image->align, 0);
	mmap_write_unlock(mm);
	return address;
}

int elf_map(struct mm *mm, struct file *file, const struct elf_image *image, unsigned long base, unsigned long *bias)
{
	const struct elf_phdr *p;
	int error;

	*bias = 0;
	if (image->relocatable) {
		if (!base)
			base = find_room(mm, image);
		if (IS_ERR_VALUE(base))
			return as_error(base);
		*bias = ALIGN_DOWN(base, image->align) - image->low;
		if (image->high + *bias > TASK_SIZE)
			return -ENOMEM;
	}
	for (p = image->phdrs; p < image->phdrs + image->header.phnum; p++) {
		if (p->type != PT_LOAD || !p->memsz)
			continue;
		error = map_segment(mm, file, p, *bias);
		if (error)
			return error;
	}
	return 0;
}

int elf_clear_bss(const struct elf_image *image, unsigned long bias)
{
	const struct elf_phdr *p;
	unsigned long start;

	for (p = image->phdrs; p < image->phdrs + image->header.phnum; p++) {
		if (p->type != PT_LOAD || p->memsz == p->filesz || !p->filesz || !(p->flags & PF_W))
			continue;
		start = p->vaddr + bias + p->filesz;
		if (clear_user((void __user *)start, PAGE_ALIGN(start) - start))
			return -EFAULT;
	}
	return 0;
}

void elf_note_addresses(struct mm *mm, const struct elf_image *image, unsigned long bias)
{
	const struct elf_phdr *p;

	mm->start_code = ~0UL;
	for (p = image->phdrs; p < image->phdrs + image->header.phnum; p++) {
		unsigned long start = p->vaddr + bias, end = start + p->filesz;

		if (p->type != PT_LOAD)
			continue;
		mm->start_code = min(mm->start_code, start);
		mm->start_data = max(mm->start_data, start);
		if (p->flags & PF_X)
			mm->end_code = max(mm->end_code, end);
		mm->end_data = max(mm->end_data, end);
	}
}
