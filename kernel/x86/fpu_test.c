/* kernel/x86/fpu_test.c - registers go out and come back.
 *
 * A kernel thread owns no floating-point registers: what is in them belongs to nobody, and with interrupts off nobody else
 * changes them.
 */
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/fpu.h>

#define AREA_MAX	4096
#define XMM_OFFSET	160	/* of xmm0 in both formats */
#define XMM_SIZE	16

static char areas[2][AREA_MAX] __aligned(64);

static void load_xmm3(u64 value)
{
	asm volatile("movq %0, %%xmm3" : : "r"(value));
}

static u64 read_xmm3(void)
{
	u64 value;

	asm volatile("movq %%xmm3, %0" : "=r"(value));
	return value;
}

static u64 saved_xmm3(const char *area)
{
	u64 value;

	memcpy(&value, area + XMM_OFFSET + 3 * XMM_SIZE, sizeof(value));
	return value;
}

KTEST(fpu, what_is_saved_comes_back)
{
	struct x86_thread a = { .fpu = areas[0] }, b = { .fpu = areas[1] };
	unsigned long flags;
	u64 seen_a, seen_b;

	KASSERT_TRUE(fpu_area_size() <= AREA_MAX);
	fpu_init_thread(&a);
	fpu_init_thread(&b);
	local_irq_save(flags);
	fpu_restore(&a);
	load_xmm3(0xaaaaUL << 32);
	fpu_save(&a);
	fpu_restore(&b);
	seen_b = read_xmm3();
	fpu_restore(&a);
	seen_a = read_xmm3();
	local_irq_restore(flags);
	KEXPECT_EQ(seen_b, 0ULL);		/* a fresh program sees nothing of another's */
	KEXPECT_EQ(seen_a, 0xaaaaULL << 32);
}

KTEST(fpu, a_forked_child_gets_the_registers_as_they_are)
{
	struct x86_thread child = { .fpu = areas[0] };
	unsigned long flags;

	memset(areas[0], 0x55, AREA_MAX);	/* whoever had the memory before must not show */
	local_irq_save(flags);
	load_xmm3(4711);
	fpu_copy(&child);
	local_irq_restore(flags);
	KEXPECT_EQ(saved_xmm3(areas[0]), 4711ULL);
}

KTEST(fpu, areas_and_frames_have_room_for_what_the_cpu_writes)
{
	KEXPECT_GE(fpu_area_size(), (size_t)512);
	KEXPECT_EQ(fpu_area_size() % 64, (size_t)0);
	KEXPECT_GE(fpu_frame_size(), (size_t)512);
	KEXPECT_LE(fpu_frame_size(), fpu_area_size() + sizeof(u32));
}
