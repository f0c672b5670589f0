/* process/elf.h - reading the headers of a program: nothing in a file is believed before it has been checked.
 *
 * Source: System V ABI, chapters 4 and 5 (object files, program loading); x86-64 psABI. Linux: fs/binfmt_elf.c.
 */
#ifndef PROCESS_ELF_H
#define PROCESS_ELF_H

#include <kernel/lib/compiler.h>

#define ET_EXEC		2
#define ET_DYN		3
#define EM_X86_64	62
#define PT_LOAD		1
#define PT_INTERP	3
#define PT_GNU_STACK	0x6474e551U
#define PF_X		1
#define PF_W		2
#define PF_R		4

struct elf_header {
	u8	ident[16];		/* 0x7f E L F, class, data, version */
	u16	type, machine;
	u32	version;
	u64	entry, phoff, shoff;
	u32	flags;
	u16	ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
static_assert(sizeof(struct elf_header) == 64, "Elf64_Ehdr");

struct elf_phdr {
	u32	type, flags;
	u64	offset, vaddr, paddr, filesz, memsz, align;
};
static_assert(sizeof(struct elf_phdr) == 56, "Elf64_Phdr");

#define ELF_MAX_PHDR_BYTES	65536

/* What loading needs. Addresses are the file's; of an ET_DYN they are offsets from where it will lie. */
struct elf_image {
	struct elf_header header;
	struct elf_phdr	*phdrs;		/* header.phnum of them */
	bool		relocatable;	/* ET_DYN */
	unsigned long	low, high;	/* first and last + 1 byte of all PT_LOAD, low rounded down to a page */
	unsigned long	align;		/* largest p_align that is a power of two, at least a page */
	unsigned long	phdr_vaddr;	/* where the program headers are in memory; 0: nowhere */
	const struct elf_phdr *interp;	/* PT_INTERP, or NULL */
	bool		executable_stack;
};

/* => the header is one of a program that could run here; 0 or -ENOEXEC */
int elf_check_header(const struct elf_header *header);
/*
 * elf_parse - image->header and phdrs are filled in; check them and work out the rest
 *
 * => file_size: bytes. 0 or -ENOEXEC: then nothing of it may be used
 */
int elf_parse(struct elf_image *image, u64 file_size);

static inline bool elf_has_magic(const void *bytes)
{
	const u8 *b = bytes;

	return b[0] == 0x7f && b[1] == 'E' && b[2] == 'L' && b[3] == 'F';
}

#endif
