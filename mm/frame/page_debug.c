/* mm/frame/page_debug.c - an array beside the page array, in debug builds only. */
#include <mm/frame/page_debug.h>

#ifdef CONFIG_DEBUG
#include <kernel/debug/kasan.h>
#include <kernel/debug/ksyms.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <mm/frame/boot_mem.h>
#include <mm/frame/page.h>

static struct page_debug *pages;

void page_debug_init(void)
{
	pages = boot_alloc(max_pfn * sizeof(*pages), 64);
#ifdef CONFIG_SAN
	kasan_init(boot_alloc(PFN_PHYS(max_pfn) / KASAN_GRANULE, PAGE_SIZE), PFN_PHYS(max_pfn));
#endif
}

struct page_debug *page_debug(const struct page *page)
{
	return pages ? &pages[page_to_pfn(page)] : NULL;
}

static __always_inline void remember(u32 *trace, pid_t *pid)
{
	unsigned long addresses[PAGE_TRACE];
	unsigned int n = collect_backtrace((unsigned long)__builtin_frame_address(0), addresses, PAGE_TRACE);

	for (unsigned int i = 0; i < PAGE_TRACE; i++)
		trace[i] = i < n ? (u32)addresses[i] : 0;
	*pid = current_x86_thread() ? current->pid : 0;
}

void page_debug_allocated(struct page *page, unsigned int order)
{
	struct page_debug *first = page_debug(page);

	if (!first)
		return;
	remember(first->alloc_trace, &first->alloc_pid);
	for (struct page_debug *p = first + 1; p < first + BIT(order); p++) {
		memcpy(p->alloc_trace, first->alloc_trace, sizeof(p->alloc_trace));
		p->alloc_pid = first->alloc_pid;
	}
}

void page_debug_freed(struct page *page, unsigned int order)
{
	struct page_debug *first = page_debug(page);

	if (!first)
		return;
	remember(first->free_trace, &first->free_pid);
	for (struct page_debug *p = first + 1; p < first + BIT(order); p++) {
		memcpy(p->free_trace, first->free_trace, sizeof(p->free_trace));
		p->free_pid = first->free_pid;
	}
}

static void show(const char *what, pid_t pid, const u32 *trace)
{
	char place[KSYM_TEXT_MAX];

	if (!trace[0])
		return;
	printk(KERN_WARNING "  %s by task %d at\n", what, pid);
	for (unsigned int i = 0; i < PAGE_TRACE && trace[i]; i++)
		printk(KERN_WARNING "      %s\n",
		       ksym_format_return(0xffffffff00000000UL | trace[i], place, sizeof(place)));
}

void page_debug_show(const struct page *page)
{
	const struct page_debug *p = page_debug(page);

	if (!p)
		return;
	show("last freed", p->free_pid, p->free_trace);
	show("last allocated", p->alloc_pid, p->alloc_trace);
}
#endif
