/* fs/sys/split.c - /sys/kernel/debug/split_huge_pages: split on demand.
 *
 * Written to it: "1" (all huge pages), or "PID,0xSTART,0xEND" (those in a range of addresses of a process), to which
 * ",ORDER" may be added: 0, what they become. Nothing here is between 4 KB and 2 MB: other orders are EINVAL, 9 does nothing.
 * What can't be split because somebody holds it stays whole; the log says how many were.
 *
 * Linux: mm/huge_memory.c (split_huge_pages_write).
 */
#define pr_fmt(fmt) "split_huge_pages: " fmt
#include <fs/proc/proc.h>
#include <fs/sys/sys.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/string.h>
#include <mm/fault/fault.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/split/split.h>

struct split_count {
	unsigned long total, split;
};

/* => page (any part) referenced by the caller; a split moves the reference from the head to page itself */
static void split_one(struct page *page, struct split_count *count)
{
	if (!PageTransHuge(compound_head(page)) || !PageAnon(page))
		return;
	count->total++;
	lock_page(page);
	if (PageTransHuge(compound_head(page)) && split_huge_page(page) == SPLIT_OK)
		count->split++;
	unlock_page(page);
}

static void split_everything(struct split_count *count)
{
	for (unsigned long pfn = 0; pfn < max_pfn; pfn += HPAGE_PMD_NR) {
		struct page *page = pfn_to_page(pfn);

		if (PageHole(page) || !PageHead(page) || !get_page_unless_zero(page))
			continue;
		split_one(page, count);
		put_page(page);
		cond_resched();
	}
}

static void split_range(struct mm *mm, unsigned long start, unsigned long end, struct split_count *count)
{
	for (unsigned long address = start & PAGE_MASK; address < end; address += PAGE_SIZE) {
		struct page *page = NULL;
		struct vma *vma;

		mmap_read_lock(mm);
		vma = find_vma(mm, address);
		if (vma && vma->vm_start <= address)
			page = follow_page(vma, address);
		else if (vma)
			address = vma->vm_start - PAGE_SIZE;
		else
			address = end;
		mmap_read_unlock(mm);
		if (!page)
			continue;
		split_one(page, count);
		put_page(page);
		cond_resched();
	}
}

/* "PID,0xSTART,0xEND" and perhaps ",ORDER" */
static int parse_range(char *text, pid_t *pid, unsigned long *start, unsigned long *end, unsigned int *order)
{
	char *number = strsep(&text, ","), *from = strsep(&text, ","), *to = strsep(&text, ",");

	*order = 0;
	if (!to || kstrtoint(number, 10, pid) || kstrtoul(from, 16, start) || kstrtoul(to, 16, end))
		return -EINVAL;
	if (text && kstrtouint(text, 10, order))
		return -EINVAL;
	return *start < *end && (!*order || *order == HPAGE_PMD_ORDER) ? 0 : -EINVAL;
}

static int split_in_process(char *text, struct split_count *count)
{
	unsigned long start, end;
	unsigned int order;
	struct task *task;
	struct mm *mm;
	pid_t pid;
	int err = parse_range(text, &pid, &start, &end, &order);

	if (err)
		return err;
	task = find_get_task_by_pid(pid);
	if (!task)
		return -ESRCH;
	mm = get_task_mm(task);
	put_task(task);
	if (!mm)
		return -EINVAL;
	if (!order)
		split_range(mm, start, end, count);
	mmput(mm);
	return 0;
}

int sys_split_huge_pages_store(char *text, void *arg __unused)
{
	struct split_count count = { 0 };
	int err = 0;

	lru_add_drain_all();		/* a page that waits to join its list has a reference more */
	if (sysfs_streq(text, "1"))
		split_everything(&count);
	else
		err = split_in_process(strim(text), &count);
	if (!err)
		pr_info("%lu of %lu huge pages\n", count.split, count.total);
	return err;
}
