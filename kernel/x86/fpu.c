/* kernel/x86/fpu.c - saving and restoring what programs compute with.
 *
 * XCR0 gets x87, SSE, AVX and AVX-512 as far as the CPU has them. MPX and protection keys are left off, so that no
 * program sees them. The area is in the standard (not compacted) format, which is the one of signal frames.
 */
#include <kernel/x86/fpu.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/x86/cpu.h>

#define XCR0_WANTED	0xe7UL			/* x87, SSE, AVX, three parts of AVX-512 */
#define FXSAVE_SIZE	512
#define XSAVE_HEADER	64
#define FCW_DEFAULT	0x37f
#define MXCSR_DEFAULT	0x1f80

/* As in Linux's signal frames. */
#define FP_XSTATE_MAGIC1	0x46505853u
#define FP_XSTATE_MAGIC2	0x46505845u
#define FP_XSTATE_MAGIC2_SIZE	sizeof(u32)

struct fpx_sw_bytes {
	u32 magic1;
	u32 extended_size;		/* xstate_size plus the second magic number */
	u64 xfeatures;
	u32 xstate_size;
	u32 padding[7];
};

/* Intel SDM volume 1, sections 10.5.1 and 13.4. */
struct fpu_state {
	u16 fcw, fsw;
	u8 ftw, reserved0;
	u16 fop;
	u64 fip, fdp;
	u32 mxcsr, mxcsr_mask;
	u8 st[128], xmm[256], reserved1[48];
	struct fpx_sw_bytes sw_reserved;	/* the CPU leaves these alone */
	u64 xstate_bv, xcomp_bv;		/* header: only with XSAVE */
	u64 header_reserved[6];
};
static_assert(offsetof(struct fpu_state, sw_reserved) == 464, "software-reserved bytes");
static_assert(offsetof(struct fpu_state, xstate_bv) == FXSAVE_SIZE, "XSAVE header");

static u64 xcr0;			/* 0: no XSAVE */
static size_t state_size;		/* bytes the CPU writes */
static u32 mxcsr_mask;

static void xsetbv(u64 value)
{
	asm volatile("xsetbv" : : "c"(0), "a"((u32)value), "d"((u32)(value >> 32)));
}

static void save(struct fpu_state *state)
{
	if (xcr0)
		asm volatile("xsave64 %0" : "+m"(*(char *)state) : "a"((u32)xcr0), "d"((u32)(xcr0 >> 32)) : "memory");
	else
		asm volatile("fxsave64 %0" : "=m"(*(char *)state) : : "memory");
}

static void restore(const struct fpu_state *state)
{
	if (xcr0)
		asm volatile("xrstor64 %0" : : "m"(*(char *)state), "a"((u32)xcr0), "d"((u32)(xcr0 >> 32)) : "memory");
	else
		asm volatile("fxrstor64 %0" : : "m"(*(char *)state) : "memory");
}

void fpu_init_cpu(void)
{
	write_cr0((read_cr0() | CR0_MP | CR0_NE) & ~(CR0_EM | CR0_TS));
	write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT | (xcr0 ? CR4_OSXSAVE : 0));
	if (xcr0)
		xsetbv(xcr0);
	asm volatile("fninit");
}

void fpu_init(void)
{
	static struct fpu_state probe __aligned(64);
	u32 eax, ebx, ecx, edx;

	if (cpu_has(X86_FEATURE_XSAVE)) {
		cpuid(0xd, 0, &eax, &ebx, &ecx, &edx);
		xcr0 = ((u64)edx << 32 | eax) & XCR0_WANTED;
		if (!(xcr0 & 4))
			xcr0 &= 7;		/* AVX-512 needs AVX */
	}
	fpu_init_cpu();
	state_size = FXSAVE_SIZE;
	if (xcr0) {
		cpuid(0xd, 0, &eax, &ebx, &ecx, &edx);
		state_size = ebx;		/* for what XCR0 has enabled now */
	}
	asm volatile("fxsave64 %0" : "=m"(probe));
	mxcsr_mask = probe.mxcsr_mask ? probe.mxcsr_mask : 0xffbf;
}

size_t fpu_area_size(void)
{
	return ALIGN(state_size, 64);
}

/* The state that a program starts with: everything 0 (XSTATE_BV 0 means "initial"), usual control words. */
static void set_fresh(struct fpu_state *state)
{
	memset(state, 0, state_size);
	state->fcw = FCW_DEFAULT;
	state->mxcsr = MXCSR_DEFAULT;
}

void fpu_init_thread(struct x86_thread *thread)
{
	unsigned long flags;

	local_irq_save(flags);
	set_fresh(thread->fpu);
	if (thread == current_x86_thread())
		restore(thread->fpu);
	local_irq_restore(flags);
}

void fpu_copy(struct x86_thread *to)
{
	unsigned long flags;

	memset(to->fpu, 0, state_size);		/* the CPU does not write parts that are in their initial state */
	local_irq_save(flags);
	save(to->fpu);
	local_irq_restore(flags);
}

void fpu_save(struct x86_thread *thread)
{
	save(thread->fpu);
}

void fpu_restore(struct x86_thread *thread)
{
	restore(thread->fpu);
}

size_t fpu_frame_size(void)
{
	return xcr0 ? state_size + FP_XSTATE_MAGIC2_SIZE : FXSAVE_SIZE;
}

int fpu_save_to_user(void __user *frame)
{
	struct fpu_state *state = current_x86_thread()->fpu;
	unsigned long flags;

	local_irq_save(flags);
	save(state);
	local_irq_restore(flags);
	memset(&state->sw_reserved, 0, sizeof(state->sw_reserved));
	if (xcr0)
		state->sw_reserved = (struct fpx_sw_bytes){
			.magic1 = FP_XSTATE_MAGIC1, .extended_size = state_size + FP_XSTATE_MAGIC2_SIZE,
			.xfeatures = xcr0, .xstate_size = state_size,
		};
	/* If this sleeps, switch_to() saves the same registers to the same place again. */
	if (copy_to_user(frame, state, state_size))
		return -EFAULT;
	if (xcr0 && put_user(FP_XSTATE_MAGIC2, (u32 __user *)(frame + state_size)))
		return -EFAULT;
	return 0;
}

/* Does the frame hold an XSAVE image of our size, or just the legacy part? Then the rest is fresh. */
static size_t bytes_in_frame(const struct fpu_state __user *frame)
{
	struct fpx_sw_bytes sw;
	u32 magic2;

	if (!xcr0)
		return FXSAVE_SIZE;
	if (copy_from_user(&sw, &frame->sw_reserved, sizeof(sw)) || sw.magic1 != FP_XSTATE_MAGIC1 ||
	    sw.xstate_size != state_size)
		return FXSAVE_SIZE;
	if (get_user(magic2, (u32 __user *)((char __user *)frame + state_size)) || magic2 != FP_XSTATE_MAGIC2)
		return FXSAVE_SIZE;
	return state_size;
}

/* => false: the CPU would raise an exception while loading it, and in the kernel */
static bool make_loadable(struct fpu_state *state, size_t size)
{
	state->mxcsr &= mxcsr_mask;
	if (!xcr0)
		return true;
	if (size == FXSAVE_SIZE) {
		memset((char *)state + FXSAVE_SIZE, 0, state_size - FXSAVE_SIZE);
		state->xstate_bv = 3;
	}
	state->xstate_bv &= xcr0;
	return !state->xcomp_bv && !memchr_inv(state->header_reserved, 0, sizeof(state->header_reserved));
}

/*
 * The copy must not sleep: switch_to() would save the old registers over what has been copied. So it is tried without
 * faults; when a page is missing, that page is touched, and all is copied again.
 */
int fpu_restore_from_user(const void __user *frame)
{
	struct x86_thread *thread = current_x86_thread();
	struct fpu_state *state = thread->fpu;
	size_t size, left;
	u8 touched __unused;

	if (!frame) {
		fpu_init_thread(thread);
		return 0;
	}
	size = bytes_in_frame(frame);
	for (;;) {
		left = copy_from_user_nofault(state, frame, size);
		if (!left)
			break;
		if (get_user(touched, (const u8 __user *)frame + (size - left)))
			return -EFAULT;
	}
	if (!make_loadable(state, size))
		return -EINVAL;
	restore(state);
	return 0;
}
