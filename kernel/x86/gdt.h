/* kernel/x86/gdt.h - segments, which 64-bit mode has nearly abolished, and the TSS, which it has not.
 *
 * The selectors are Linux's: programs can see them. The TSS says which stack to take on an entry from user mode (rsp0) and
 * for exceptions that cannot trust the current one (IST).
 *
 * Linux: arch/x86/include/asm/segment.h, kernel/cpu/common.c.
 */
#ifndef KERNEL_X86_GDT_H
#define KERNEL_X86_GDT_H

#include <kernel/lib/types.h>

#define KERNEL_CS	0x10
#define KERNEL_DS	0x18
#define USER32_CS	0x23	/* kept free: Quire runs no 32-bit programs */
#define USER_DS		0x2b
#define USER_CS		0x33
#define TSS_SELECTOR	0x40

/* Interrupt-stack-table slots, as the IDT counts them: from 1. */
#define IST_DOUBLE_FAULT	1
#define IST_NMI			2
#define IST_MACHINE_CHECK	3
#define NR_IST			3
#define IST_STACK_SIZE		4096

/* gdt_init_cpu - load this CPU's GDT and TSS; its per-CPU area is in place */
void gdt_init_cpu(void);

/* tss_set_kernel_stack - where entries from user mode begin; switch_to() does it */
void tss_set_kernel_stack(u64 stack_top);

#endif
