/* kernel/x86/usercopy.c - accesses that may fault, and where to go on when they do.
 *
 * Linux: arch/x86/lib/copy_user_64.S, getuser.S, arch/x86/mm/extable.c.
 */
#include <kernel/x86/usercopy.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <kernel/x86/ipi.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/smap.h>

struct ex_table_entry {
	u64 insn, fixup;
};
extern const struct ex_table_entry __ex_table_start[], __ex_table_end[];	/* linker.ld */

struct smap_site {
	u64 address;
	u64 opcode;		/* 3 bytes */
};
extern const struct smap_site __smap_sites_start[], __smap_sites_end[];

static DEFINE_PER_CPU(unsigned int, fault_disable_depth);

bool fault_disabled(void)
{
	return this_cpu_read(fault_disable_depth);
}

/* A few dozen entries, and asked only when something has gone wrong: no need to sort. */
bool fixup_exception(struct pt_regs *regs)
{
	for (const struct ex_table_entry *entry = __ex_table_start; entry < __ex_table_end; entry++) {
		if (entry->insn == regs->rip) {
			regs->rip = entry->fixup;
			return true;
		}
	}
	return false;
}

/* Runs before the kernel's text is made read-only. */
void smap_patch(void)
{
	if (!cpu_has(X86_FEATURE_SMAP))
		return;
	for (const struct smap_site *site = __smap_sites_start; site < __smap_sites_end; site++)
		memcpy((void *)site->address, &site->opcode, 3);
}

/*
 * Eight bytes at a time, then the rest. When a word faults, its bytes are tried one by one, so that the result is
 * exact: everything before the first bad byte has been copied.
 */
static unsigned long copy_faulting(void *to, const void *from, size_t n)
{
	size_t words = n / 8;

	asm volatile("1:	rep movsq\n\t"
		     "	movq %[tail], %%rcx\n"
		     "2:	rep movsb\n"
		     "3:\n\t"
		     ".pushsection .text.fixup, \"ax\"\n"
		     "4:	leaq (%[tail], %%rcx, 8), %%rcx\n\t"
		     "	jmp 2b\n\t"
		     ".popsection\n\t"
		     EX_TABLE("1b", "4b")
		     EX_TABLE("2b", "3b")
		     : "+c"(words), "+D"(to), "+S"(from)
		     : [tail] "r"(n & 7) : "memory");
	return words;
}

static unsigned long copy_user(void *to, const void *from, size_t n)
{
	unsigned long left;

	asm volatile(STAC : : : "memory");
	left = copy_faulting(to, from, n);
	asm volatile(CLAC : : : "memory");
	return left;
}

unsigned long copy_from_user(void *to, const void __user *from, size_t n)
{
	unsigned long left = access_ok(from, n) ? copy_user(to, from, n) : n;

	if (unlikely(left))
		memset(to + (n - left), 0, left);
	return left;
}

unsigned long copy_to_user(void __user *to, const void *from, size_t n)
{
	return access_ok(to, n) ? copy_user(to, from, n) : n;
}

unsigned long clear_user(void __user *to, size_t n)
{
	size_t words = n / 8;

	if (!access_ok(to, n))
		return n;
	asm volatile(STAC
		     "1:	rep stosq\n\t"
		     "	movq %[tail], %%rcx\n"
		     "2:	rep stosb\n"
		     "3:\n\t" CLAC
		     ".pushsection .text.fixup, \"ax\"\n"
		     "4:	leaq (%[tail], %%rcx, 8), %%rcx\n\t"
		     "	jmp 2b\n\t"
		     ".popsection\n\t"
		     EX_TABLE("1b", "4b")
		     EX_TABLE("2b", "3b")
		     : "+c"(words), "+D"(to)
		     : [tail] "r"(n & 7), "a"(0) : "memory");
	return words;
}

/* => 0 if these bytes of the user's are 0, -E2BIG, -EFAULT */
static int check_zeroed_user(const char __user *from, size_t n)
{
	char bytes[64];

	for (size_t part; n; from += part, n -= part) {
		part = min(n, sizeof(bytes));
		if (copy_from_user(bytes, from, part))
			return -EFAULT;
		for (size_t i = 0; i < part; i++)
			if (bytes[i])
				return -E2BIG;
	}
	return 0;
}

int copy_struct_from_user(void *to, size_t size, const void __user *from, size_t user_size)
{
	size_t both = min(size, user_size);
	int error = check_zeroed_user((const char __user *)from + both, user_size - both);

	if (error)
		return error;
	memset((char *)to + both, 0, size - both);
	return copy_from_user(to, from, both) ? -EFAULT : 0;
}

/* One load or store; on a fault `error` keeps -EFAULT and the value is 0. */
#define GET_ONE(error, value, from, ins, reg)					\
	asm volatile(STAC "1:	" ins " %[mem], %" reg "[val]\n\t"		\
		     "xorl %k[err], %k[err]\n"					\
		     "2:\t" CLAC						\
		     EX_TABLE("1b", "2b")					\
		     : [err] "+r"(error), [val] "+r"(value)			\
		     : [mem] "m"(*(from)) : "memory")
#define PUT_ONE(error, value, to, ins, reg)					\
	asm volatile(STAC "1:	" ins " %" reg "[val], %[mem]\n\t"		\
		     "xorl %k[err], %k[err]\n"					\
		     "2:\t" CLAC						\
		     EX_TABLE("1b", "2b")					\
		     : [err] "+r"(error), [mem] "=m"(*(to))			\
		     : [val] "r"(value) : "memory")

long __get_user_size(u64 *value, const void __user *from, size_t size)
{
	long error = -EFAULT;
	u64 v = 0;

	*value = 0;
	if (!access_ok(from, size))
		return -EFAULT;
	switch (size) {
	case 1: GET_ONE(error, v, (const u8 *)from, "movzbl", "k"); break;
	case 2: GET_ONE(error, v, (const u16 *)from, "movzwl", "k"); break;
	case 4: GET_ONE(error, v, (const u32 *)from, "movl", "k"); break;
	default: GET_ONE(error, v, (const u64 *)from, "movq", "q"); break;
	}
	*value = v;
	return error;
}

long __put_user_size(u64 value, void __user *to, size_t size)
{
	long error = -EFAULT;

	if (!access_ok(to, size))
		return -EFAULT;
	switch (size) {
	case 1: PUT_ONE(error, value, (u8 *)to, "movb", "b"); break;
	case 2: PUT_ONE(error, value, (u16 *)to, "movw", "w"); break;
	case 4: PUT_ONE(error, value, (u32 *)to, "movl", "k"); break;
	default: PUT_ONE(error, value, (u64 *)to, "movq", "q"); break;
	}
	return error;
}

/* How many of n bytes from s on may be asked for: not more than there are in user space. */
static long user_bytes(const char __user *s, long n)
{
	unsigned long address = (unsigned long)s;

	if (n <= 0 || address >= USER_ADDRESS_END)
		return 0;
	return min_t(unsigned long, n, USER_ADDRESS_END - address);
}

long strncpy_from_user(char *to, const char __user *from, long n)
{
	long allowed = user_bytes(from, n), left = allowed, error = -EFAULT;

	if (!allowed)
		return n > 0 ? -EFAULT : 0;
	asm volatile(STAC
		     "1:	movb (%[from]), %%al\n\t"
		     "	movb %%al, (%[to])\n\t"
		     "	testb %%al, %%al\n\t"
		     "	jz 2f\n\t"
		     "	incq %[from]\n\t"
		     "	incq %[to]\n\t"
		     "	decq %[left]\n\t"
		     "	jnz 1b\n"
		     "2:	xorl %k[err], %k[err]\n"
		     "3:\t" CLAC
		     EX_TABLE("1b", "3b")
		     : [err] "+r"(error), [from] "+r"(from), [to] "+r"(to), [left] "+r"(left)
		     : : "rax", "memory");
	if (error || (!left && allowed < n))
		return -EFAULT;
	return allowed - left;
}

long strnlen_user(const char __user *s, long n)
{
	long allowed = user_bytes(s, n), left = allowed, error = -EFAULT;

	if (!allowed)
		return n > 0 ? 0 : 1;
	asm volatile(STAC
		     "1:	cmpb $0, (%[s])\n\t"
		     "	je 2f\n\t"
		     "	incq %[s]\n\t"
		     "	decq %[left]\n\t"
		     "	jnz 1b\n"
		     "2:	xorl %k[err], %k[err]\n"
		     "3:\t" CLAC
		     EX_TABLE("1b", "3b")
		     : [err] "+r"(error), [s] "+r"(s), [left] "+r"(left) : : "memory");
	if (error || (!left && allowed < n))
		return 0;
	return allowed - left + 1;
}

/* The depth is this CPU's, and nothing between the two calls sleeps. */
static void fault_disable(void)
{
	this_cpu_inc(fault_disable_depth);
	barrier();
}

static void fault_enable(void)
{
	barrier();
	this_cpu_dec(fault_disable_depth);
}

long copy_from_kernel_nofault(void *to, const void *from, size_t n)
{
	unsigned long left;

	if ((unsigned long)from < DIRECT_MAP_BASE)
		return -EFAULT;
	fault_disable();
	left = copy_faulting(to, from, n);
	fault_enable();
	return left ? -EFAULT : 0;
}

long copy_to_kernel_nofault(void *to, const void *from, size_t n)
{
	unsigned long left;

	if ((unsigned long)to < DIRECT_MAP_BASE)
		return -EFAULT;
	fault_disable();
	left = copy_faulting(to, from, n);
	fault_enable();
	return left ? -EFAULT : 0;
}

unsigned long copy_from_user_nofault(void *to, const void __user *from, size_t n)
{
	unsigned long left;

	fault_disable();
	left = copy_from_user(to, from, n);
	fault_enable();
	return left;
}

long cmpxchg_user_u32(u32 *found, u32 __user *to, u32 old, u32 new)
{
	long error = -EFAULT;

	if (!access_ok(to, sizeof(*to)))
		return -EFAULT;
	asm volatile(STAC "1:	lock cmpxchgl %[new], %[mem]\n\t"
		     "xorl %k[err], %k[err]\n"
		     "2:\t" CLAC
		     EX_TABLE("1b", "2b")
		     : [err] "+r"(error), "+a"(old), [mem] "+m"(*to)
		     : [new] "r"(new) : "memory");
	*found = old;
	return error;
}
