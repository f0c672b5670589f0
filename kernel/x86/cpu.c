/* kernel/x86/cpu.c - what this processor is, which protections it has, and how the machine is left.
 *
 * Linux: arch/x86/kernel/cpu/common.c, arch/x86/kernel/reboot.c.
 */
#include <kernel/x86/cpu.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/x86/io.h>
#include <kernel/x86/msr.h>

u64 cpu_feature_bits;
struct cpu_identity cpu_identity;

enum cpuid_register { EAX, EBX, ECX, EDX };

/* Where CPUID keeps each feature. */
static const struct {
	u32 leaf, subleaf;
	enum cpuid_register reg;
	u8 bit;
} features[NR_CPU_FEATURES] = {
	[X86_FEATURE_NX]		= { 0x80000001, 0, EDX, 20 },
	[X86_FEATURE_PDPE1GB]		= { 0x80000001, 0, EDX, 26 },
	[X86_FEATURE_SMEP]		= { 7, 0, EBX, 7 },
	[X86_FEATURE_SMAP]		= { 7, 0, EBX, 20 },
	[X86_FEATURE_UMIP]		= { 7, 0, ECX, 2 },
	[X86_FEATURE_PGE]		= { 1, 0, EDX, 13 },
	[X86_FEATURE_XSAVE]		= { 1, 0, ECX, 26 },
	[X86_FEATURE_APIC]		= { 1, 0, EDX, 9 },
	[X86_FEATURE_TSC]		= { 1, 0, EDX, 4 },
	[X86_FEATURE_RDRAND]		= { 1, 0, ECX, 30 },
	[X86_FEATURE_MCE]		= { 1, 0, EDX, 7 },
};

/* The leaves whose bits /proc/cpuinfo names, and Linux's names of the bits; "" is skipped. */
static const struct {
	u32 leaf;
	enum cpuid_register reg;
	const char *names;
} flag_words[] = {
	{ 1, EDX, "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - dts acpi mmx "
		  "fxsr sse sse2 ss ht tm ia64 pbe" },
	{ 1, ECX, "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - pcid dca "
		  "sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave osxsave avx f16c rdrand hypervisor" },
	{ 0x80000001, EDX, "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb rdtscp - "
			   "lm 3dnowext 3dnow" },
	{ 0x80000001, ECX, "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw" },
	{ 7, EBX, "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx rdt_a avx512f avx512dq "
		  "rdseed adx smap avx512ifma - clflushopt clwb intel_pt avx512pf avx512er avx512cd sha_ni avx512bw avx512vl" },
	{ 7, ECX, "- - umip pku ospke" },
};

static u32 cpuid_word(u32 leaf, u32 subleaf, enum cpuid_register reg)
{
	u32 max, r[4];

	cpuid(leaf & 0x80000000, 0, &max, &r[1], &r[2], &r[3]);
	if (leaf > max)
		return 0;
	cpuid(leaf, subleaf, &r[EAX], &r[EBX], &r[ECX], &r[EDX]);
	return r[reg];
}

static void read_identity(void)
{
	struct cpu_identity *id = &cpu_identity;
	u32 *vendor = (u32 *)id->vendor, *name = (u32 *)id->model_name;
	u32 max, eax, ebx, ecx, edx;

	cpuid(0, 0, &max, &vendor[0], &vendor[2], &vendor[1]);
	cpuid(1, 0, &eax, &ebx, &ecx, &edx);
	id->stepping = eax & 15;
	id->family = (eax >> 8 & 15) + ((eax >> 8 & 15) == 15 ? eax >> 20 & 255 : 0);
	id->model = (eax >> 4 & 15) | (eax >> 16 & 15) << 4;
	id->clflush_size = (ebx >> 8 & 255) * 8;
	if (cpuid_word(0x80000000, 0, EAX) >= 0x80000004)
		for (u32 i = 0; i < 3; i++)
			cpuid(0x80000002 + i, 0, &name[4 * i], &name[4 * i + 1], &name[4 * i + 2], &name[4 * i + 3]);
	eax = cpuid_word(0x80000008, 0, EAX);
	id->phys_bits = eax ? eax & 255 : 36;
	id->virt_bits = 48;		/* four levels of page tables, also where the CPU knows five */
}

void cpu_features_init(void)
{
	for (unsigned int i = 0; i < NR_CPU_FEATURES; i++)
		if (cpuid_word(features[i].leaf, features[i].subleaf, features[i].reg) & 1U << features[i].bit)
			cpu_feature_bits |= BIT(i);
	read_identity();
}

void cpu_enable_protections(void)
{
	u64 cr4 = read_cr4();

	if (cpu_has(X86_FEATURE_NX))
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NX);
	write_cr0((read_cr0() | CR0_WP | CR0_NE | CR0_MP) & ~(CR0_EM | CR0_TS | CR0_AM | CR0_NW | CR0_CD));
	if (cpu_has(X86_FEATURE_PGE))
		cr4 |= CR4_PGE;
	if (cpu_has(X86_FEATURE_SMEP))
		cr4 |= CR4_SMEP;
	if (cpu_has(X86_FEATURE_SMAP))
		cr4 |= CR4_SMAP;
	if (cpu_has(X86_FEATURE_UMIP))
		cr4 |= CR4_UMIP;
	if (cpu_has(X86_FEATURE_MCE))
		cr4 |= CR4_MCE;
	write_cr4(cr4 & ~CR4_FSGSBASE);
}

/* The n-th space-separated word of names; => its length, 0 when there are not so many */
static int nth_word(const char *names, unsigned int n, const char **word)
{
	while (n--) {
		names = strchr(names, ' ');
		if (!names)
			return 0;
		names++;
	}
	*word = names;
	return strcspn(names, " ");
}

int cpu_feature_names(char *buf, size_t size)
{
	int len = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(flag_words); i++) {
		u32 bits = cpuid_word(flag_words[i].leaf, 0, flag_words[i].reg);

		for (unsigned int bit = 0; bit < 32; bit++) {
			const char *word;
			int n = bits & 1U << bit ? nth_word(flag_words[i].names, bit, &word) : 0;

			if (n && *word != '-')
				len += scnprintf(buf + len, size - len, "%s%.*s", len ? " " : "", n, word);
		}
	}
	return len;
}

void __noreturn machine_halt(void)
{
	for (;;) {
		local_irq_disable();
		halt();
	}
}

void __noreturn machine_exit(u8 code)
{
	outb(code, 0xf4);
	machine_halt();
}

void __noreturn machine_reset(void)
{
	struct { u16 limit; u64 base; } __packed no_idt = { 0, 0 };

	local_irq_disable();
	for (int i = 0; i < 1000 && inb(0x64) & 2; i++)
		cpu_relax();
	outb(0xfe, 0x64);			/* keyboard controller: pulse the reset line */
	for (int i = 0; i < 10000; i++)
		inb(0x80);
	outb(0x02, 0xcf9);			/* chipset reset register: full reset */
	outb(0x06, 0xcf9);
	for (int i = 0; i < 10000; i++)
		inb(0x80);
	asm volatile("lidt %0; int3" : : "m"(no_idt));
	machine_halt();
}
