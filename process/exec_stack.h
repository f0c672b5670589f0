/* process/exec_stack.h - the first words on a new program's stack.
 *
 * From high to low: a zero word, the name of the file, environment strings, argument strings, the platform's name, 16 random
 * bytes; then, at rsp: argc, argv[], NULL, envp[], NULL, the auxiliary vector.
 *
 * Source: x86-64 psABI, section 3.4.1. Linux: fs/binfmt_elf.c (create_elf_tables).
 */
#ifndef PROCESS_EXEC_STACK_H
#define PROCESS_EXEC_STACK_H

#include <process/elf.h>
#include <process/exec_args.h>

struct mm;

/* What the auxiliary vector tells of the program. Addresses are final. */
struct exec_facts {
	const char	*filename;	/* AT_EXECFN */
	unsigned long	phdr, phnum;
	unsigned long	interp_base;	/* 0: no interpreter */
	unsigned long	entry;		/* of the program, not of the interpreter */
};

/* Map the stack below top, with room for what will be written. => 0 or -errno; nobody runs in mm yet */
int exec_stack_map(struct mm *mm, unsigned long top, const struct exec_args *args, bool executable);
/*
 * exec_stack_fill - write it all
 *
 * => the running task has the new space; *sp is where the program starts. 0 or -EFAULT
 */
int exec_stack_fill(unsigned long top, const struct exec_args *args, const struct exec_facts *facts, unsigned long *sp);

#endif
