/* kernel/x86/gdt.c - each CPU's segments, task-state segment, and emergency stacks.
 *
 * Linux: arch/x86/kernel/cpu/common.c (cpu_init).
 */
#include <kernel/x86/gdt.h>
#include <kernel/lib/compiler.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/msr.h>
#include <kernel/x86/percpu.h>

#define NR_GDT_ENTRIES	10	/* 8 and 9: the TSS descriptor, which is 16 bytes */

/* Intel SDM volume 3, figure 8-11. */
struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3;
	u16 io_bitmap;
} __packed;
static_assert(offsetof(struct tss, rsp) == 4, "entry.asm: TSS_RSP0");

/* Index = selector / 8. Access bits are set already, so that the CPU never writes here. */
static const u64 gdt_template[NR_GDT_ENTRIES] = {
	[KERNEL_CS / 8]	= 0x00af9b000000ffff,
	[KERNEL_DS / 8]	= 0x00cf93000000ffff,
	[USER32_CS / 8]	= 0,	/* sysret wants the place kept; there are no 32-bit programs */
	[USER_DS / 8]	= 0x00cff3000000ffff,
	[USER_CS / 8]	= 0x00affb000000ffff,
};

static DEFINE_PER_CPU(u64, gdt[NR_GDT_ENTRIES]) __aligned(16);
DEFINE_PER_CPU(struct tss, cpu_tss) __aligned(16);	/* entry.asm takes the stack of a system call from it */

/*
 * A double fault is most often a kernel stack that has run into its guard page; an NMI or a machine check can
 * come at the two instructions of a system call that still run on the user's stack. These three need a stack that is
 * always good.
 */
static DEFINE_PER_CPU(char, ist_stacks[NR_IST][IST_STACK_SIZE]) __aligned(16);

static void set_tss_descriptor(u64 *entry, struct tss *base)
{
	u64 address = (u64)base;

	entry[0] = (sizeof(*base) - 1) | (address & 0xffffff) << 16 | 0x89UL << 40 | (address >> 24 & 0xff) << 56;
	entry[1] = address >> 32;
}

static void reload_segments(void)
{
	asm volatile("pushq %0\n\t"
		     "leaq 1f(%%rip), %%rax\n\t"
		     "pushq %%rax\n\t"
		     "lretq\n"
		     "1:\tmovl %1, %%ds\n\t"
		     "movl %1, %%es\n\t"
		     "movl %1, %%ss"
		     : : "i"(KERNEL_CS), "r"(KERNEL_DS) : "rax", "memory");
}

void gdt_init_cpu(void)
{
	u64 *my_gdt = *this_cpu_ptr(&gdt);
	struct tss *my_tss = this_cpu_ptr(&cpu_tss);
	struct { u16 limit; u64 base; } __packed pointer = { sizeof(gdt_template) - 1, (u64)my_gdt };
	u64 gs = rdmsr(MSR_GS_BASE);

	for (int i = 0; i < NR_GDT_ENTRIES; i++)
		my_gdt[i] = gdt_template[i];
	set_tss_descriptor(&my_gdt[TSS_SELECTOR / 8], my_tss);
	my_tss->io_bitmap = sizeof(*my_tss);
	for (int i = 0; i < NR_IST; i++)
		my_tss->ist[i] = (u64)(*this_cpu_ptr(&ist_stacks))[i] + IST_STACK_SIZE;

	asm volatile("lgdt %0" : : "m"(pointer));
	reload_segments();
	asm volatile("movl %0, %%fs; movl %0, %%gs" : : "r"(0));
	wrmsr(MSR_GS_BASE, gs);			/* the load of a null selector may have cleared it */
	asm volatile("ltr %w0" : : "r"(TSS_SELECTOR));
}

/* The processor wants these 8 bytes at an offset of 4. */
__attribute__((no_sanitize("alignment"))) void tss_set_kernel_stack(u64 stack_top)
{
	this_cpu_write(cpu_tss.rsp[0], stack_top);
}
