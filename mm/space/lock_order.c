/* mm/space/lock_order.c - the order of locks that the head of space.h documents, for the lock checker.
 *
 * A step names locks as they are written where they are initialised. Debug builds only.
 */
#include <mm/space/space_internal.h>
#include <kernel/sync/lock_check.h>

#ifdef CONFIG_DEBUG
static const struct lock_order_step steps[] = {
	{ "mmap_lock",			{ "mm->mmap_lock" } },
	{ "page lock",			{ "page lock" } },
	{ "anon_vma / i_mmap lock",	{ "av->rwsem", "mapping->i_mmap_rwsem" } },
	{ "page-table lock",		{ "mm->page_table_lock", "page->ptl" } },
	{ "tree lock",			{ "mapping->tree_lock" } },
	{ "swap lock",			{ "swap_list_lock", "c->lock (mm/swap", "area->lock (mm/swap" } },
	{ "LRU lock",			{ "lruvec->lru_lock" } },
	{ "zone lock",			{ "zone->lock" } },
};

void lock_order_init(void)
{
	lock_order_register(steps, ARRAY_SIZE(steps));
}
#endif
