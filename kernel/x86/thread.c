/* kernel/x86/thread.c - making, changing and starting threads.
 *
 * Linux: arch/x86/kernel/process_64.c.
 */
#include <kernel/x86/thread.h>
#include <kernel/lib/string.h>
#include <kernel/x86/fpu.h>
#include <kernel/x86/gdt.h>
#include <kernel/x86/msr.h>
#include <kernel/x86/page_table_root.h>

/* What switch_stacks (entry.asm) pops from the stack of the thread that it switches to. */
struct switch_frame {
	u64 r15, r14, r13, r12, rbx, rbp;
	u64 rip;
};

DEFINE_PER_CPU(struct x86_thread *, current_thread);
struct page_table_root kernel_root;

/* What is in the registers now: writing an MSR costs more than comparing. Kernel threads leave them as they are. */
static DEFINE_PER_CPU(u64, loaded_fsbase);
static DEFINE_PER_CPU(u64, loaded_gsbase);
static DEFINE_PER_CPU(struct page_table_root *, loaded_root);

extern void thread_begin(void);
extern struct x86_thread *switch_stacks(struct x86_thread *prev, struct x86_thread *next);

void thread_init(struct x86_thread *thread, void *stack, size_t size,
		 void (*start)(struct x86_thread *last, void *arg), void *arg)
{
	struct switch_frame *frame;

	thread->stack_top = (u64)stack + size;
	frame = (struct switch_frame *)thread_pt_regs(thread) - 1;
	*frame = (struct switch_frame){
		.rip = (u64)thread_begin, .rbx = (u64)start, .r12 = (u64)arg,
	};
	thread->rsp = (u64)frame;
}

void thread_adopt(struct x86_thread *thread, void *stack, size_t size)
{
	thread->stack_top = (u64)stack + size;
	this_cpu_write(current_thread, thread);
	tss_set_kernel_stack(thread->stack_top);
}

u64 thread_frame_pointer(const struct x86_thread *thread)
{
	return ((const struct switch_frame *)thread->rsp)->rbp;
}

static void load_fsbase(u64 base)
{
	if (this_cpu_read(loaded_fsbase) == base)
		return;
	wrmsr(MSR_FS_BASE, base);
	this_cpu_write(loaded_fsbase, base);
}

/* In the kernel the program's GS base is in the register that swapgs exchanges. */
static void load_gsbase(u64 base)
{
	if (this_cpu_read(loaded_gsbase) == base)
		return;
	wrmsr(MSR_KERNEL_GS_BASE, base);
	this_cpu_write(loaded_gsbase, base);
}

struct x86_thread *switch_to(struct x86_thread *prev, struct x86_thread *next)
{
	if (prev->fpu)
		fpu_save(prev);
	if (next->fpu) {
		fpu_restore(next);
		load_fsbase(next->fsbase);
		load_gsbase(next->gsbase);
	}
	this_cpu_write(current_thread, next);
	tss_set_kernel_stack(next->stack_top);
	return switch_stacks(prev, next);
}

void thread_set_fsbase(struct x86_thread *thread, u64 base)
{
	unsigned long flags;

	local_irq_save(flags);
	thread->fsbase = base;
	if (thread == current_x86_thread())
		load_fsbase(base);
	local_irq_restore(flags);
}

void thread_set_gsbase(struct x86_thread *thread, u64 base)
{
	unsigned long flags;

	local_irq_save(flags);
	thread->gsbase = base;
	if (thread == current_x86_thread())
		load_gsbase(base);
	local_irq_restore(flags);
}

void thread_start_user(struct pt_regs *regs, u64 rip, u64 rsp)
{
	*regs = (struct pt_regs){
		.orig_rax = -1, .rip = rip, .cs = USER_CS, .eflags = EFLAGS_IF | BIT(1), .rsp = rsp, .ss = USER_DS,
	};
}

void switch_page_table_root(struct page_table_root *next)
{
	struct page_table_root *prev;
	unsigned int cpu;
	unsigned long flags;

	local_irq_save(flags);
	prev = this_cpu_read(loaded_root);
	if (prev != next) {
		cpu = smp_processor_id();
		cpumask_set_cpu(cpu, &next->cpus);	/* atomic, so also a barrier before the load of CR3 */
		write_cr3(next->cr3);
		this_cpu_write(loaded_root, next);
		if (prev)
			cpumask_clear_cpu(cpu, &prev->cpus);
	}
	local_irq_restore(flags);
}

struct page_table_root *current_page_table_root(void)
{
	return this_cpu_read(loaded_root);
}
