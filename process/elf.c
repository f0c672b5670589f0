/* process/elf.c - checking the headers of a program. See elf.h.
 *
 * Linux: fs/binfmt_elf.c (load_elf_binary, total_mapping_size).
 */
#include <process/elf.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/math.h>
#include <mm/types.h>

#define ELFCLASS64	2
#define ELFDATA2LSB	1

int elf_check_header(const struct elf_header *h)
{
	if (!elf_has_magic(h->ident) || h->ident[4] != ELFCLASS64 || h->ident[5] != ELFDATA2LSB)
		return -ENOEXEC;
	if ((h->type != ET_EXEC && h->type != ET_DYN) || h->machine != EM_X86_64)
		return -ENOEXEC;
	if (h->phentsize != sizeof(struct elf_phdr) || !h->phnum || h->phnum * sizeof(struct elf_phdr) > ELF_MAX_PHDR_BYTES)
		return -ENOEXEC;
	return 0;
}

static bool inside_file(u64 offset, u64 size, u64 file_size)
{
	return offset <= file_size && size <= file_size - offset;
}

static int check_segment(const struct elf_image *image, const struct elf_phdr *p, u64 file_size)
{
	if (p->memsz < p->filesz || !inside_file(p->offset, p->filesz, file_size))
		return -ENOEXEC;
	if (p->vaddr >= TASK_SIZE || p->memsz > TASK_SIZE - p->vaddr)
		return -ENOEXEC;
	/* A page of the file can only be mapped at the same place within a page. */
	if (p->filesz && (p->vaddr ^ p->offset) & ~PAGE_MASK)
		return -ENOEXEC;
	/* The ABI demands ascending order; overlapping segments would overwrite each other. */
	if (p->vaddr < image->high)
		return -ENOEXEC;
	return 0;
}

static void note_segment(struct elf_image *image, const struct elf_phdr *p)
{
	if (!image->high)
		image->low = p->vaddr & PAGE_MASK;
	image->high = p->vaddr + p->memsz;
	if (is_power_of_2(p->align) && p->align > image->align && p->align <= (1UL << 30))
		image->align = p->align;
	if (image->header.phoff >= p->offset && image->header.phoff - p->offset < p->filesz)
		image->phdr_vaddr = image->header.phoff - p->offset + p->vaddr;
}

int elf_parse(struct elf_image *image, u64 file_size)
{
	const struct elf_phdr *p;
	int error;

	image->relocatable = image->header.type == ET_DYN;
	image->low = image->high = 0;
	image->align = PAGE_SIZE;
	image->phdr_vaddr = 0;
	image->interp = NULL;
	image->executable_stack = false;
	for (p = image->phdrs; p < image->phdrs + image->header.phnum; p++) {
		switch (p->type) {
		case PT_LOAD:
			error = check_segment(image, p, file_size);
			if (error)
				return error;
			if (p->memsz)
				note_segment(image, p);
			break;
		case PT_INTERP:
			if (p->filesz < 2 || p->filesz > PAGE_SIZE || !inside_file(p->offset, p->filesz, file_size))
				return -ENOEXEC;
			if (!image->interp)
				image->interp = p;
			break;
		case PT_GNU_STACK:
			image->executable_stack = p->flags & PF_X;
			break;
		}
	}
	return image->high ? 0 : -ENOEXEC;
}
