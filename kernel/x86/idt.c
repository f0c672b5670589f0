/* kernel/x86/idt.c - the doors: interrupt descriptor table and system-call entry. trap.c is what stands behind them.
 *
 * All CPUs share the table. All gates are interrupt gates: the CPU enters with interrupts off, so that the stub can
 * exchange GS and read CR2 undisturbed. Only int3 and into may be executed by programs.
 *
 * Linux: arch/x86/kernel/idt.c.
 */
#include <kernel/x86/trap.h>
#include <kernel/lib/compiler.h>
#include <kernel/x86/gdt.h>
#include <kernel/x86/ipi.h>
#include <kernel/x86/msr.h>

struct idt_gate {
	u16 offset_low;
	u16 selector;
	u8 ist;
	u8 type;		/* 0x8e: interrupt gate, present; bits 5-6: who may use it with `int` */
	u16 offset_middle;
	u32 offset_high;
	u32 reserved;
};

#define GATE_KERNEL	0x8e
#define GATE_USER	0xee

extern const u64 trap_stubs[NR_VECTORS];	/* entry.asm */
extern void syscall_entry(void);

static struct idt_gate idt[NR_VECTORS] __aligned(4096);

static void set_gate(unsigned int vector, u8 type, u8 ist)
{
	u64 stub = trap_stubs[vector];

	idt[vector] = (struct idt_gate){
		.offset_low = stub, .offset_middle = stub >> 16, .offset_high = stub >> 32,
		.selector = KERNEL_CS, .ist = ist, .type = type,
	};
}

static void fill_idt(void)
{
	for (unsigned int vector = 0; vector < NR_VECTORS; vector++)
		set_gate(vector, GATE_KERNEL, 0);
	set_gate(TRAP_BREAKPOINT, GATE_USER, 0);
	set_gate(TRAP_OVERFLOW, GATE_USER, 0);
	set_gate(TRAP_DOUBLE_FAULT, GATE_KERNEL, IST_DOUBLE_FAULT);
	set_gate(TRAP_NMI, GATE_KERNEL, IST_NMI);
	set_gate(TRAP_MACHINE_CHECK, GATE_KERNEL, IST_MACHINE_CHECK);
}

static void load_idt(void)
{
	struct { u16 limit; u64 base; } __packed pointer = { sizeof(idt) - 1, (u64)idt };

	asm volatile("lidt %0" : : "m"(pointer));
}

static void syscall_init_cpu(void)
{
	/* syscall loads cs from bits 32-47 and ss 8 above; sysret loads cs 16 and ss 8 above bits 48-63 */
	wrmsr(MSR_STAR, (u64)KERNEL_CS << 32 | (u64)USER32_CS << 48);
	wrmsr(MSR_LSTAR, (u64)syscall_entry);
	wrmsr(MSR_SYSCALL_MASK, EFLAGS_TF | EFLAGS_IF | EFLAGS_DF | EFLAGS_NT | EFLAGS_AC);
}

void trap_init(void)
{
	fill_idt();
	smap_patch();
	trap_init_cpu();
}

void trap_init_cpu(void)
{
	load_idt();
	syscall_init_cpu();
}
