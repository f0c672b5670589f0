/* mm/table/tlb.c - making every CPU forget a translation.
 *
 * Who changes an entry and who loads an address space must not miss each other:
 *
 *	changes the entry			runs on the address space
 *	-----------------			-------------------------
 *	write the entry				set own bit in root->cpus
 *	full barrier				(an atomic operation: full barrier)
 *	read root->cpus				load CR3, walk the tables
 *
 * Either the left side sees the bit and interrupts that CPU, or the bit was set after the read, and then that CPU walks the
 * tables after the write: it can only load the new entry. A CPU that leaves clears its bit after its CR3 is
 * another's, which dropped its translations. Kernel threads run on the kernel's own tables, so nobody is
 * interrupted for an address space that he does not run on.
 *
 * Linux: arch/x86/mm/tlb.c (flush_tlb_mm_range, flush_tlb_func).
 */
#include <mm/table/tlb.h>
#include <mm/table/walk.h>
#include <kernel/trace/trace.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/smp.h>
#include <mm/frame/vmstat.h>

#define FLUSH_CEILING	33	/* more single invalidations than this cost more than filling the TLB again */

/* In the trace event; Linux's numbers and names, without its first, a change of address spaces. */
enum tlb_flush_reason { TLB_REMOTE_SHOOTDOWN = 1, TLB_LOCAL_SHOOTDOWN, TLB_LOCAL_MM_SHOOTDOWN, TLB_REMOTE_SEND_IPI };

static const char *const reason_names[] = {
	[TLB_REMOTE_SHOOTDOWN] = "remote shootdown", [TLB_LOCAL_SHOOTDOWN] = "local shootdown",
	[TLB_LOCAL_MM_SHOOTDOWN] = "local mm shootdown", [TLB_REMOTE_SEND_IPI] = "remote ipi send",
};
static struct trace_symbols reasons = { .name = "tlb_reason", .names = reason_names, .nr = ARRAY_SIZE(reason_names) };

void tlb_register_trace_names(void)
{
	trace_symbols_register(&reasons);
}

struct flush_info {
	struct page_table_root *root;	/* NULL: whatever the CPU runs on */
	unsigned long start, end;	/* bytes; end 0: everything */
	unsigned long stride;		/* bytes that one invalidation covers */
};

static inline unsigned long flush_steps(const struct flush_info *info)
{
	return info->end ? (info->end - info->start) / info->stride : ~0UL;
}

static void flush_local(const struct flush_info *info)
{
	if (flush_steps(info) > FLUSH_CEILING) {
		count_vm_event(NR_TLB_LOCAL_FLUSH_ALL);
		write_cr3(read_cr3());
		return;
	}
	count_vm_events(NR_TLB_LOCAL_FLUSH_ONE, flush_steps(info));
	for (unsigned long va = info->start; va < info->end; va += info->stride)
		invlpg(va);
}

/* Interrupt context on the other CPU. It may have left the address space since it was asked. */
static void flush_remote(void *arg)
{
	struct flush_info *info = arg;

	count_vm_event(NR_TLB_REMOTE_FLUSH_RECEIVED);
	if (info->root && current_page_table_root() != info->root)
		return;
	trace(tlb_flush, TLB_REMOTE_SHOOTDOWN, flush_steps(info));
	flush_local(info);
}

static void flush_cpus(cpumask_t cpus, struct flush_info *info)
{
	unsigned int self = smp_processor_id();

	if (cpumask_test_cpu(self, &cpus)) {
		trace(tlb_flush, info->root ? TLB_LOCAL_MM_SHOOTDOWN : TLB_LOCAL_SHOOTDOWN, flush_steps(info));
		cpumask_clear_cpu(self, &cpus);
		flush_local(info);
	}
#ifdef BUG_flush_local_only
	return;		/* threads on other CPUs keep what was taken away: rights, and pages that are somebody else's by now */
#endif
	if (cpumask_empty(&cpus))
		return;
	count_vm_event(NR_TLB_REMOTE_FLUSH);
	trace(tlb_flush, TLB_REMOTE_SEND_IPI, flush_steps(info));
	smp_call_function_many(&cpus, flush_remote, info, true);
}

static void flush_mm(struct mm *mm, unsigned long start, unsigned long end, unsigned long stride)
{
	struct flush_info info = { &mm->root, start, end, stride };

	smp_mb();	/* between the caller's entry and root.cpus: see above */
	flush_cpus((cpumask_t){ READ_ONCE(mm->root.cpus.bits) }, &info);
}

void flush_tlb_page(struct mm *mm, unsigned long address)
{
	address &= PAGE_MASK;
	flush_mm(mm, address, address + PAGE_SIZE, PAGE_SIZE);
}

void flush_tlb_range(struct mm *mm, unsigned long start, unsigned long end)
{
	if (start < end)
		flush_mm(mm, start & PAGE_MASK, PAGE_ALIGN(end), PAGE_SIZE);
}

void flush_pmd_tlb_range(struct mm *mm, unsigned long start, unsigned long end)
{
	if (start < end)
		flush_mm(mm, start & PMD_MASK, ALIGN(end, PMD_SIZE), PMD_SIZE);
}

void flush_tlb_mm(struct mm *mm)
{
	flush_mm(mm, 0, 0, PAGE_SIZE);
}

void flush_tlb_cpus(const cpumask_t *cpus)
{
	struct flush_info info = { NULL, 0, 0, PAGE_SIZE };

	smp_mb();
	flush_cpus(*cpus, &info);
}

/* Kernel entries are global: a load of CR3 keeps them, but a change of CR4.PGE does not (Intel SDM vol. 3, 4.10.4.1). */
static void flush_kernel_local(void *arg)
{
	const struct flush_info *info = arg;
	unsigned long flags;
	u64 cr4;

	if (flush_steps(info) <= FLUSH_CEILING) {
		flush_local(info);
		return;
	}
	count_vm_event(NR_TLB_LOCAL_FLUSH_ALL);
	local_irq_save(flags);
	cr4 = read_cr4();
	write_cr4(cr4 ^ CR4_PGE);
	write_cr4(cr4);
	local_irq_restore(flags);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	struct flush_info info = { NULL, start & PAGE_MASK, PAGE_ALIGN(end), PAGE_SIZE };

	if (start >= end)
		return;
	trace(tlb_flush, nr_cpus > 1 ? TLB_REMOTE_SEND_IPI : TLB_LOCAL_SHOOTDOWN, flush_steps(&info));
	smp_mb();
	on_each_cpu(flush_kernel_local, &info);
}

pte_t ptep_clear_flush(struct vma *vma, unsigned long address, pte_t *ptep)
{
	pte_t old = ptep_clear(ptep);

	/* No TLB holds an entry that was not present (Intel SDM vol. 3, 4.10.2.3). */
	if (pte_present(old))
		flush_tlb_page(vma->vm_mm, address);
	return old;
}

pmd_t pmdp_huge_clear_flush(struct vma *vma, unsigned long address, pmd_t *pmdp)
{
	unsigned long start = address & PMD_MASK;
	pmd_t old = pmdp_exchange(pmdp, __pmd(0));

	if (pmd_trans_huge(old))
		flush_pmd_tlb_range(vma->vm_mm, start, start + PMD_SIZE);
	else if (pmd_present(old))
		flush_tlb_range(vma->vm_mm, start, start + PMD_SIZE);
	return old;
}
