/* process/mm_release.c - a task stops using its address space. See mm_release.h.
 *
 * Linux: kernel/fork.c (mm_release, complete_vfork_done), kernel/exit.c.
 */
#include <process/mm_release.h>

#include <kernel/sync/completion.h>
#include <kernel/x86/usercopy.h>
#include <mm/space/space.h>
#include <process/futex.h>

static void complete_vfork(struct task *self)
{
	spin_lock_irq(&tasklist_lock);
	if (self->vfork_done)
		complete(self->vfork_done);	/* it lies on the parent's stack: gone after this */
	self->vfork_done = NULL;
	spin_unlock_irq(&tasklist_lock);
}

void mm_release(struct task *self)
{
	futex_exit_robust_list(self);
	self->robust_list = NULL;
	/* Alone in the address space there is nobody to tell. */
	if (self->clear_child_tid && atomic_read(&self->mm->mm_users) > 1) {
		if (!put_user(0, self->clear_child_tid))
			futex_wake((u32 __user *)self->clear_child_tid, true, 1, FUTEX_BITSET_ANY);
	}
	self->clear_child_tid = NULL;
	if (self->vfork_done)
		complete_vfork(self);
}

struct mm *switch_mm(struct mm *mm)
{
	struct mm *old = current->mm;

	if (old) {
		mmap_read_lock(old);
		update_hiwater_rss(old);
		mmap_read_unlock(old);
	}
	spin_lock_irq(&tasklist_lock);
	if (old)
		current->signal->gone.max_rss = max(current->signal->gone.max_rss, old->hiwater_rss);
	current->mm = current->active_mm = mm;
	current->root = mm ? &mm->root : NULL;
	spin_unlock_irq(&tasklist_lock);
	switch_page_table_root(mm ? &mm->root : &kernel_root);
	return old;
}
