/* kernel/x86/smp_call_test.c - calls between CPUs, and what all CPUs must agree on. */
#include <kernel/debug/ktest.h>
#include <kernel/lib/atomic.h>
#include <kernel/x86/clock.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/smp.h>

#define ROUNDS		200
#define STORM_ROUNDS	20	/* all CPUs spin: slow where there are more of them than real ones */

static atomic_t calls;
static atomic_t calls_by_cpu[MAX_CPUS];

static void count_call(void *arg)
{
	atomic_add((int)(unsigned long)arg, &calls);
	atomic_inc(&calls_by_cpu[smp_processor_id()]);
}

static void reset(void)
{
	atomic_set(&calls, 0);
	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++)
		atomic_set(&calls_by_cpu[cpu], 0);
}

KTEST(smp_call, every_cpu_runs_the_function_once_before_the_caller_goes_on)
{
	unsigned int cpu;

	for (int i = 0; i < ROUNDS; i++) {
		reset();
		on_each_cpu(count_call, (void *)1);
		KASSERT_EQ(atomic_read(&calls), (int)nr_cpus);
		for_each_online_cpu(cpu)
			KASSERT_EQ(atomic_read(&calls_by_cpu[cpu]), 1);
	}
}

KTEST(smp_call, the_caller_and_cpus_that_are_off_are_left_out)
{
	cpumask_t all = CPU_MASK_ALL;

	reset();
	smp_call_function_many(&all, count_call, (void *)1, true);
	KEXPECT_EQ(atomic_read(&calls), (int)nr_cpus - 1);
}

KTEST(smp_call, calls_that_nobody_waits_for_arrive_too)
{
	u64 deadline = ktime_get_ns() + NSEC_PER_SEC;

	reset();
	for (int i = 0; i < ROUNDS; i++)
		smp_call_function_many(&cpu_online_mask, count_call, (void *)1, false);
	while (atomic_read(&calls) < ROUNDS * ((int)nr_cpus - 1) && ktime_get_ns() < deadline)
		cpu_relax();
	KEXPECT_EQ(atomic_read(&calls), ROUNDS * ((int)nr_cpus - 1));
}

/* Runs on every CPU with interrupts off, and calls every other CPU, which does the same at the same time. */
static void call_all_others(void *arg __unused)
{
	for (int i = 0; i < STORM_ROUNDS; i++)
		smp_call_function_many(&cpu_online_mask, count_call, (void *)1, true);
}

KTEST(smp_call, all_cpus_call_all_cpus_with_interrupts_off_and_nobody_waits_for_ever)
{
	reset();
	on_each_cpu(call_all_others, NULL);
	KEXPECT_EQ(atomic_read(&calls), (int)(nr_cpus * (nr_cpus - 1)) * STORM_ROUNDS);
}

/* A ball of time is thrown from CPU to CPU: each must find that it is later than the last one said. */
static u64 latest;
static atomic_t backwards;

static void look_at_clock(void *arg __unused)
{
	u64 before = READ_ONCE(latest), now = ktime_get_ns();

	if (now < before)
		atomic_inc(&backwards);
	WRITE_ONCE(latest, now);
}

KTEST(clock, time_never_goes_backwards_from_one_cpu_to_the_next)
{
	unsigned int cpu;

	atomic_set(&backwards, 0);
	for (int i = 0; i < ROUNDS; i++)
		for_each_online_cpu(cpu)
			smp_call_function_single(cpu, look_at_clock, NULL, true);
	KEXPECT_EQ(atomic_read(&backwards), 0);
}

KTEST(clock, the_calendar_runs_as_fast_as_the_clock)
{
	u64 offset = clock_realtime_ns() - ktime_get_ns();
	u64 later = clock_realtime_ns() - ktime_get_ns();

	KEXPECT_LT(later - offset + NSEC_PER_MSEC, 2 * NSEC_PER_MSEC);
	KEXPECT_GT(clock_realtime_ns(), 1577836800UL * NSEC_PER_SEC);	/* 2020: a CMOS clock that was read wrong */
}
