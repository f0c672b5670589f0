/* fs/proc/kpage.c - /proc/kpagecount and /proc/kpageflags: 8 bytes for each frame, by frame number.
 *
 * The bits are Linux's (page-types and the self-tests read them). A racing change is seen or not: who asks wants a picture.
 * Linux: fs/proc/page.c.
 */
#include <fs/proc/proc.h>
#include <mm/fault/fault.h>
#include <mm/frame/buddy.h>

enum kpf_bit {
	KPF_LOCKED, KPF_ERROR, KPF_REFERENCED, KPF_UPTODATE, KPF_DIRTY, KPF_LRU, KPF_ACTIVE, KPF_SLAB, KPF_WRITEBACK,
	KPF_RECLAIM, KPF_BUDDY, KPF_MMAP, KPF_ANON, KPF_SWAPCACHE, KPF_SWAPBACKED, KPF_COMPOUND_HEAD, KPF_COMPOUND_TAIL,
	KPF_HUGE, KPF_UNEVICTABLE, KPF_HWPOISON, KPF_NOPAGE, KPF_KSM, KPF_THP, KPF_OFFLINE, KPF_ZERO_PAGE, KPF_IDLE,
	KPF_PGTABLE,
};

/* Flags that are kept in the head and hold for the whole huge page. */
static u64 head_flags(const struct page *head)
{
	static const struct { u8 pg, kpf; } map[] = {
		{ PG_locked, KPF_LOCKED }, { PG_error, KPF_ERROR }, { PG_referenced, KPF_REFERENCED },
		{ PG_uptodate, KPF_UPTODATE }, { PG_dirty, KPF_DIRTY }, { PG_lru, KPF_LRU }, { PG_active, KPF_ACTIVE },
		{ PG_slab, KPF_SLAB }, { PG_writeback, KPF_WRITEBACK }, { PG_reclaim, KPF_RECLAIM },
		{ PG_swapcache, KPF_SWAPCACHE }, { PG_swapbacked, KPF_SWAPBACKED }, { PG_unevictable, KPF_UNEVICTABLE },
		{ PG_idle, KPF_IDLE }, { PG_table, KPF_PGTABLE },
	};
	unsigned long flags = READ_ONCE(head->flags);
	u64 kpf = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (flags & BIT(map[i].pg))
			kpf |= BIT(map[i].kpf);
	return kpf;
}

/* A free block says so at its first page only. */
static bool in_free_block(unsigned long pfn)
{
	for (unsigned int order = 0; order <= MAX_ORDER; order++) {
		const struct page *first = pfn_to_page(ALIGN_DOWN(pfn, BIT(order)));

		if (PageBuddy(first))
			return buddy_order(first) >= order;
	}
	return false;
}

static u64 kpageflags_of(unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn), *head;
	u64 kpf;

	if (!pfn_valid(pfn) || PageHole(page))
		return BIT(KPF_NOPAGE);
	head = compound_head(page);
	kpf = head_flags(head);
	if (!page_count(page) && in_free_block(pfn))
		kpf |= BIT(KPF_BUDDY);
	if (!PageSlab(head) && !PageTable(head) && page_mapped(page))
		kpf |= BIT(KPF_MMAP);
	if (!PageSlab(head) && !PageTable(head) && !PageBuddy(page) && PageAnon(page))
		kpf |= BIT(KPF_ANON);
	if (PageTail(page))
		kpf |= BIT(KPF_COMPOUND_TAIL);
	else if (PageHead(page))
		kpf |= BIT(KPF_COMPOUND_HEAD);
	if (PageTransHuge(head) && !PageSlab(head))
		kpf |= BIT(KPF_THP);
	if (is_zero_pfn(pfn) || is_huge_zero_page(head))
		kpf |= BIT(KPF_ZERO_PAGE);
	return kpf;
}

static u64 kpagecount_of(unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn);

	if (!pfn_valid(pfn) || PageHole(page) || PageSlab(compound_head(page)) || PageTable(page) || PageBuddy(page))
		return 0;
	return page_mapcount(page);
}

#define KPAGE_BATCH	64

static ssize_t kpage_read(struct iov_iter *to, u64 *pos, u64 (*value)(unsigned long pfn))
{
	u64 batch[KPAGE_BATCH];
	ssize_t done = 0;
	unsigned int i, n;
	size_t copied;

	if (*pos % sizeof(u64) || iov_iter_count(to) % sizeof(u64))
		return -EINVAL;
	while (iov_iter_count(to) && *pos / sizeof(u64) < max_pfn) {
		n = min_t(u64, min_t(u64, KPAGE_BATCH, iov_iter_count(to) / sizeof(u64)), max_pfn - *pos / sizeof(u64));
		for (i = 0; i < n; i++)
			batch[i] = value(*pos / sizeof(u64) + i);
		copied = copy_to_iter(batch, n * sizeof(u64), to);
		*pos += copied;
		done += copied;
		if (copied < n * sizeof(u64))
			return done ? done : -EFAULT;
		cond_resched();
	}
	return done;
}

static ssize_t kpageflags_read(struct file *file __unused, struct iov_iter *to, u64 *pos)
{
	return kpage_read(to, pos, kpageflags_of);
}

static ssize_t kpagecount_read(struct file *file __unused, struct iov_iter *to, u64 *pos)
{
	return kpage_read(to, pos, kpagecount_of);
}

const struct file_operations kpageflags_operations = { .read = kpageflags_read };
const struct file_operations kpagecount_operations = { .read = kpagecount_read };
