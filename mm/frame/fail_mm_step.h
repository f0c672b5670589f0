/* mm/frame/fail_mm_step.h - the steps that fail without an allocator, failing on purpose: locks that are taken, pages that
 * somebody holds, entries that somebody else was faster to change.
 *
 * Each step is one place that all rooms go through, and asks just before it would succeed. What is rare in life, and hard to
 * bring about in a test, is so had at any step of any operation: with /proc/PID/fail-nth, or with the files of
 * /sys/kernel/debug/fail_mm_step/, where `step` selects by name.
 *
 * Linux has fail_function, which makes any function fail that is marked for it (ALLOW_ERROR_INJECTION).
 */
#ifndef MM_FRAME_FAIL_MM_STEP_H
#define MM_FRAME_FAIL_MM_STEP_H

#include <kernel/debug/fault_inject.h>

#define MM_STEPS(X)										\
	X(MM_STEP_LOCK_PAGE, "lock_page")	/* trylock_page: somebody has it */		\
	X(MM_STEP_FREEZE_PAGE, "freeze_page")	/* page_ref_freeze: somebody holds it */	\
	X(MM_STEP_ISOLATE_LRU, "isolate_lru")	/* off its list: somebody else was faster */	\
	X(MM_STEP_ANON_VMA, "anon_vma")		/* its anon_vma: unmapped meanwhile, or locked */ \
	X(MM_STEP_ENTRY_SAME, "entry_same")	/* a fault: the entry has changed since it was read */ \
	X(MM_STEP_SWAP_SLOT, "swap_slot")	/* add_to_swap: none free */			\
	X(MM_STEP_SWAP_DUPLICATE, "swap_duplicate") /* no memory to count one more user of a slot */ \
	X(MM_STEP_SWAP_CACHE, "swap_cache")	/* swap-in: somebody else has just brought it in */ \
	X(MM_STEP_MIGRATE_TARGET, "migrate_target") /* no frame to move to */			\
	X(MM_STEP_COMPACT_LOCK, "compact_lock")	/* who must not wait finds a busy lock */

#define MM_STEP_ID(id, name) id,
enum mm_step { MM_STEPS(MM_STEP_ID) NR_MM_STEPS };
#undef MM_STEP_ID

extern const char *const mm_step_names[NR_MM_STEPS];
extern struct fault_attr fail_mm_step;
extern unsigned long fail_mm_steps;	/* bit of each step that may fail; all, at first */

bool __should_fail_mm_step(enum mm_step step);
/* => true: behave as if it had failed. Any context. */
static inline bool should_fail_mm_step(enum mm_step step)
{
	return fault_may_be_wanted(&fail_mm_step) && __should_fail_mm_step(step);
}

#endif
