/* kernel/x86/smp_call.c - functions called on other CPUs.
 *
 * For each pair of CPUs there is one slot, in the caller's area. The caller fills it, pushes it on the target's queue (a
 * list without a lock: many push, one takes all), and sends an interrupt if the queue was empty. Busy says whose turn it is:
 * the caller's when it is 0, the target's when it is 1.
 *
 * Linux: kernel/smp.c.
 */
#include <kernel/x86/smp.h>
#include <kernel/lib/atomic.h>
#include <kernel/x86/apic.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/ipi.h>
#include <kernel/x86/report.h>
#include <kernel/x86/trap.h>
#include <kernel/x86/tsc.h>

#define PATIENCE_SECONDS	5	/* then the log names the CPU that does not answer */
#define STOP_PATIENCE_US	100000

struct call_slot {
	struct call_slot *next;
	smp_call_t fn;
	void *arg;
	u32 busy;
};

static DEFINE_PER_CPU(struct call_slot, call_slots[MAX_CPUS]);
static DEFINE_PER_CPU(struct call_slot *, call_queue);	/* others push here, last one first */
static DEFINE_PER_CPU(struct call_slot *, call_taken);	/* taken from the queue by its CPU, first one first */

static bool stopping;			/* a panic wants to be alone */
static atomic_t stopped_cpus;

static struct call_slot *reverse(struct call_slot *list)
{
	struct call_slot *reversed = NULL;

	while (list) {
		struct call_slot *next = list->next;

		list->next = reversed;
		reversed = list;
		list = next;
	}
	return reversed;
}

/* The next call to answer, in the order of arrival; NULL: none */
static struct call_slot *next_call(void)
{
	struct call_slot *slot = this_cpu_read(call_taken);

	if (!slot && this_cpu_read(call_queue))
		slot = reverse(xchg(this_cpu_ptr(&call_queue), NULL));
	if (slot)
		this_cpu_write(call_taken, slot->next);		/* it is its owner's again when busy is 0 */
	return slot;
}

/*
 * Interrupts are off. A function that is called here may itself call other CPUs and wait, and so come here again: what
 * has been taken from the queue and not yet been answered is then answered there.
 */
void smp_handle_calls(void)
{
	struct call_slot *slot;

	while ((slot = next_call())) {
		slot->fn(slot->arg);
		smp_store_release(&slot->busy, 0);
	}
}

static void complain(unsigned int cpu, unsigned int seconds)
{
	x86_warn("CPU %u has not answered a call of CPU %u for %u s", cpu, smp_processor_id(), seconds);
}

/*
 * Wait until the target has run what is in the slot. If interrupts are off here, calls of others would wait for us, and
 * two CPUs that call each other would wait for ever: so answer them in between.
 */
static void wait_for_slot(const struct call_slot *slot, unsigned int cpu)
{
	u64 start = rdtsc();
	unsigned int seconds = PATIENCE_SECONDS;

	while (READ_ONCE(slot->busy)) {
		if (irqs_disabled())
			smp_handle_calls();
		cpu_relax();
		if (unlikely(rdtsc() - start > seconds * tsc_hz)) {
			complain(cpu, seconds);
			seconds *= 2;
		}
	}
	barrier();
}

/* Interrupts are off, so that a handler on this CPU can't take the slot after we found it free. */
static void post_call(unsigned int cpu, smp_call_t fn, void *arg)
{
	struct call_slot *slot = &(*this_cpu_ptr(&call_slots))[cpu];
	struct call_slot **queue = per_cpu_ptr(&call_queue, cpu);
	struct call_slot *first;

	wait_for_slot(slot, cpu);
	slot->fn = fn;
	slot->arg = arg;
	slot->busy = 1;
	do {
		first = READ_ONCE(*queue);
		slot->next = first;
	} while (cmpxchg(queue, first, slot) != first);
	if (!first)
		apic_send_ipi(cpu_apic_id[cpu], VECTOR_CALL);
}

void smp_call_function_many(const cpumask_t *mask, smp_call_t fn, void *arg, bool wait)
{
	unsigned long flags;
	cpumask_t targets;
	unsigned int cpu;

	cpumask_and(&targets, mask, &cpu_online_mask);
	local_irq_save(flags);
	cpumask_clear_cpu(smp_processor_id(), &targets);
	for_each_cpu(cpu, &targets)
		post_call(cpu, fn, arg);
	local_irq_restore(flags);
	if (!wait)
		return;
	for_each_cpu(cpu, &targets)
		wait_for_slot(&(*this_cpu_ptr(&call_slots))[cpu], cpu);
}

void smp_call_function_single(unsigned int cpu, smp_call_t fn, void *arg, bool wait)
{
	cpumask_t mask = cpumask_of(cpu);
	unsigned long flags;

	if (cpu == smp_processor_id()) {
		local_irq_save(flags);
		fn(arg);
		local_irq_restore(flags);
		return;
	}
	smp_call_function_many(&mask, fn, arg, wait);
}

void on_each_cpu(smp_call_t fn, void *arg)
{
	unsigned long flags;

	smp_call_function_many(&cpu_online_mask, fn, arg, true);
	local_irq_save(flags);
	fn(arg);
	local_irq_restore(flags);
}

void smp_send_reschedule(unsigned int cpu)
{
	apic_send_ipi(cpu_apic_id[cpu], VECTOR_RESCHEDULE);
}

void smp_handle_nmi(struct pt_regs *regs)
{
	if (READ_ONCE(stopping)) {
		atomic_inc(&stopped_cpus);
		machine_halt();
	}
	x86_warn("NMI without a reason on CPU %u, rip %llx", smp_processor_id(), regs->rip);
}

/* By NMI: a CPU that hangs with interrupts off is just what a panic may be about. */
void smp_stop_others(void)
{
	unsigned int cpu, others = 0;

	WRITE_ONCE(stopping, true);
	for_each_online_cpu(cpu) {
		if (cpu == smp_processor_id())
			continue;
		apic_send_nmi(cpu_apic_id[cpu]);
		others++;
	}
	for (int i = 0; i < STOP_PATIENCE_US / 10 && (unsigned int)atomic_read(&stopped_cpus) < others; i++)
		udelay(10);
}
