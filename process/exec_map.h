/* process/exec_map.h - a program's segments in a new address space, and the layout of that space.
 *
 * Everything here works on a space that nobody runs in yet, so that a failure costs the old program nothing.
 *
 * Linux: fs/binfmt_elf.c (elf_load, load_elf_interp), arch/x86/mm/mmap.c.
 */
#ifndef PROCESS_EXEC_MAP_H
#define PROCESS_EXEC_MAP_H

#include <process/elf.h>

struct file;
struct mm;

/* Where the parts of a space begin; random unless norandmaps. */
struct exec_layout {
	unsigned long	stack_top;
	unsigned long	mmap_base;
	unsigned long	program_base;	/* of a relocatable program */
	unsigned long	brk_gap;	/* bytes between the program and its heap */
};
void exec_layout_choose(struct exec_layout *layout);

/*
 * elf_read - read and check the headers of a program
 *
 * => image->phdrs is allocated: elf_image_free(). 0; -ENOEXEC, -ENOMEM, -EIO
 */
int elf_read(struct file *file, struct elf_image *image);
void elf_image_free(struct elf_image *image);

/*
 * elf_map - map all segments; a relocatable image at base (0: wherever there is room)
 *
 * => *bias: what to add to the file's addresses; 0 or -errno
 */
int elf_map(struct mm *mm, struct file *file, const struct elf_image *image, unsigned long base, unsigned long *bias);
/*
 * elf_clear_bss - what lies behind the file's bytes in the last page of each segment becomes 0
 *
 * => the running task has the new space; 0 or -EFAULT
 */
int elf_clear_bss(const struct elf_image *image, unsigned long bias);
/* start_code and friends of the main program */
void elf_note_addresses(struct mm *mm, const struct elf_image *image, unsigned long bias);

#endif
