/* mm/fault/free_swap.c - the slot of a page that nobody maps any more.
 *
 * The swap cache still holds the page, for somebody who faults on its slot. When no entry names the slot either, both are
 * only kept for nobody. Reclaim would find that out later; but then a program that frees its memory would not free its
 * swap space.
 *
 * Linux: mm/swap_state.c (free_swap_cache).
 */
#include <mm/fault/fault.h>

#include <mm/frame/page_lock.h>
#include <mm/swap/swap.h>

void __free_swap_if_unmapped(struct page *head)
{
	if (!page_mapped(head) && trylock_page(head)) {
		try_to_free_swap(head);
		unlock_page(head);
	}
}
