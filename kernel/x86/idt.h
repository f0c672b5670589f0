/* kernel/x86/idt.h - the table that leads from a vector to its stub. All CPUs share it. See trap.h. */
#ifndef KERNEL_X86_IDT_H
#define KERNEL_X86_IDT_H

/* idt_init - fill the table from the stubs in entry.asm; idt_load - use it on this CPU */
void idt_init(void);
void idt_load(void);

#endif
