/* kernel/x86/cpu.h - the processor: its registers, its features, its interrupt flag.
 *
 * Everything here is one or a few instructions. What a CPU can do is read once from CPUID by the boot CPU
 * (cpu_features_init) and asked with cpu_has(); the other CPUs must have the same features.
 *
 * Source: Intel SDM volume 3, chapters 2 and 5; AMD APM volume 2.
 * Linux: arch/x86/include/asm/processor.h, special_insns.h, irqflags.h, ptrace.h.
 */
#ifndef KERNEL_X86_CPU_H
#define KERNEL_X86_CPU_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/types.h>

/*
 * What the entry code pushes on the kernel stack, in Linux's order: ptrace, signal frames and gdb know it.
 * entry.asm knows the offsets too. orig_rax is the system-call number on the way in, and -1 in exceptions and interrupts.
 */
struct pt_regs {
	u64 r15, r14, r13, r12, rbp, rbx;
	u64 r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	u64 orig_rax;
	u64 rip, cs, eflags, rsp, ss;
};

#define EFLAGS_CF	BIT(0)
#define EFLAGS_TF	BIT(8)
#define EFLAGS_IF	BIT(9)
#define EFLAGS_DF	BIT(10)
#define EFLAGS_NT	BIT(14)
#define EFLAGS_RF	BIT(16)
#define EFLAGS_AC	BIT(18)

#define CR0_MP		BIT(1)
#define CR0_EM		BIT(2)
#define CR0_TS		BIT(3)
#define CR0_NE		BIT(5)
#define CR0_WP		BIT(16)
#define CR0_AM		BIT(18)
#define CR0_NW		BIT(29)
#define CR0_CD		BIT(30)
#define CR0_PG		BIT(31)

#define CR4_PAE		BIT(5)
#define CR4_MCE		BIT(6)
#define CR4_PGE		BIT(7)
#define CR4_OSFXSR	BIT(9)
#define CR4_OSXMMEXCPT	BIT(10)
#define CR4_UMIP	BIT(11)
#define CR4_FSGSBASE	BIT(16)
#define CR4_OSXSAVE	BIT(18)
#define CR4_SMEP	BIT(20)
#define CR4_SMAP	BIT(21)

/* What the kernel asks of cpu_has(). In the order of the table in cpu.c that says where CPUID keeps each. */
enum cpu_feature {
	X86_FEATURE_NX, X86_FEATURE_PDPE1GB, X86_FEATURE_SMEP, X86_FEATURE_SMAP, X86_FEATURE_UMIP, X86_FEATURE_PGE,
	X86_FEATURE_XSAVE, X86_FEATURE_APIC, X86_FEATURE_TSC, X86_FEATURE_RDRAND, X86_FEATURE_MCE,
	NR_CPU_FEATURES,
};

extern u64 cpu_feature_bits;	/* BIT(enum cpu_feature) */

static inline bool cpu_has(enum cpu_feature feature)
{
	return cpu_feature_bits & BIT(feature);
}

/* What /proc/cpuinfo prints of the boot CPU. */
struct cpu_identity {
	char vendor[13];
	char model_name[49];
	u32 family, model, stepping;
	u32 phys_bits, virt_bits;
	u32 clflush_size;
};
extern struct cpu_identity cpu_identity;

/* cpu_features_init - boot CPU: read CPUID; cpu_enable_protections - each CPU: NX, WP, SMEP, SMAP, UMIP where present. */
void cpu_features_init(void);
void cpu_enable_protections(void);

/* cpu_feature_names - the flags line of /proc/cpuinfo (Linux's names), cut to size; => length without the 0 */
#define CPU_FEATURE_NAMES_MAX	1024
int cpu_feature_names(char *buf, size_t size);

/* machine_exit - leave QEMU through isa-debug-exit (port 0xf4): its exit status is code * 2 + 1; halts where there is none */
void __noreturn machine_exit(u8 code);
/* machine_halt - stop this CPU for good, interrupts off */
void __noreturn machine_halt(void);
/* machine_reset - keyboard controller, then port 0xcf9, then a triple fault */
void __noreturn machine_reset(void);

static inline void cpuid(u32 leaf, u32 subleaf, u32 *a, u32 *b, u32 *c, u32 *d)
{
	asm volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf), "c"(subleaf));
}

static inline unsigned long local_save_flags(void)
{
	unsigned long flags;

	asm volatile("pushfq; popq %0" : "=rm"(flags) : : "memory");
	return flags;
}

static inline void local_irq_disable(void)
{
	asm volatile("cli" : : : "memory");
}

static inline void local_irq_enable(void)
{
	asm volatile("sti" : : : "memory");
}

static inline bool irqs_disabled_flags(unsigned long flags)
{
	return !(flags & EFLAGS_IF);
}

static inline bool irqs_disabled(void)
{
	return irqs_disabled_flags(local_save_flags());
}

static inline unsigned long __local_irq_save(void)
{
	unsigned long flags = local_save_flags();

	local_irq_disable();
	return flags;
}
#define local_irq_save(flags)	((flags) = __local_irq_save())

static inline void local_irq_restore(unsigned long flags)
{
	if (!irqs_disabled_flags(flags))
		local_irq_enable();
}

static inline void cpu_relax(void)
{
	asm volatile("pause" : : : "memory");
}

/* safe_halt - interrupts on and sleep until one comes: nothing can slip in between, sti delays by one instruction */
static inline void safe_halt(void)
{
	asm volatile("sti; hlt" : : : "memory");
}

/* halt - sleep with interrupts as they are */
static inline void halt(void)
{
	asm volatile("hlt" : : : "memory");
}

static inline u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

static inline u64 rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
	return (u64)high << 32 | low;
}

static inline void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
}

#define DEFINE_CONTROL_REGISTER(nr)						\
static inline u64 read_cr##nr(void)						\
{										\
	u64 value;								\
										\
	asm volatile("movq %%cr" #nr ", %0" : "=r"(value) : : "memory");	\
	return value;								\
}										\
static inline void write_cr##nr(u64 value)					\
{										\
	asm volatile("movq %0, %%cr" #nr : : "r"(value) : "memory");		\
}
DEFINE_CONTROL_REGISTER(0)
DEFINE_CONTROL_REGISTER(2)
DEFINE_CONTROL_REGISTER(3)
DEFINE_CONTROL_REGISTER(4)
#undef DEFINE_CONTROL_REGISTER

static inline void invlpg(unsigned long address)
{
	asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* rdrand - one hardware random number; => false: the CPU has none (now) */
static inline bool rdrand(u64 *value)
{
	bool ok;

	if (!cpu_has(X86_FEATURE_RDRAND))
		return false;
	asm volatile("rdrand %0" : "=r"(*value), "=@ccc"(ok));
	return ok;
}

#endif
