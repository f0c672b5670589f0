/* fuzz: process/elf.c
 *
 * A file's size, its header and its program headers. What is accepted must be fit to be mapped.
 */
#include <process/elf.h>
#include <kernel/lib/math.h>
#include <mm/types.h>
#include <tests/fuzz/fuzz.h>

static void check_segments(const struct elf_image *image, u64 file_size)
{
	unsigned long end = 0;

	for (const struct elf_phdr *p = image->phdrs; p < image->phdrs + image->header.phnum; p++) {
		if (p->type != PT_LOAD || !p->memsz)
			continue;
		fuzz_check(p->vaddr >= end && p->vaddr >= image->low && p->vaddr + p->memsz <= image->high);
		fuzz_check(p->memsz >= p->filesz && p->offset + p->filesz >= p->offset && p->offset + p->filesz <= file_size);
		end = p->vaddr + p->memsz;
	}
}

void fuzz_one(struct fuzz_input *in)
{
	u64 file_size = fuzz_take(in, 8);
	size_t size = sizeof(struct elf_header);
	struct elf_header *header = fuzz_take_block(in, &size);
	struct elf_image image;

	if (size < sizeof(*header) || elf_check_header(header))
		return;
	image.header = *header;
	size = header->phnum * sizeof(struct elf_phdr);
	fuzz_check(size && size <= ELF_MAX_PHDR_BYTES);
	if (size > in->size)
		return;
	image.phdrs = fuzz_take_block(in, &size);
	if (elf_parse(&image, file_size))
		return;
	fuzz_check(!(image.low & ~PAGE_MASK) && image.low < image.high && image.high <= TASK_SIZE);
	fuzz_check(is_power_of_2(image.align) && image.align >= PAGE_SIZE);
	fuzz_check(!image.phdr_vaddr || (image.phdr_vaddr >= image.low && image.phdr_vaddr < image.high));
	fuzz_check(!image.interp || (image.interp->filesz <= PAGE_SIZE && image.interp->offset + image.interp->filesz <= file_size));
	check_segments(&image, file_size);
}
