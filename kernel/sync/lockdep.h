/* kernel/sync/lockdep.h - "this lock must be held here", for every kind of lock.
 *
 * In release builds the assertions are empty; in debug builds a violation panics with the place.
 *
 * Linux: include/linux/lockdep.h.
 */
#ifndef KERNEL_SYNC_LOCKDEP_H
#define KERNEL_SYNC_LOCKDEP_H

#include <kernel/debug/assert.h>
#include <kernel/sync/mutex.h>
#include <kernel/sync/rwsem.h>
#include <kernel/sync/spinlock.h>

/* Held in any way (a rwsem: by somebody for reading, or by us for writing). */
#define lockdep_is_held(lock) _Generic((lock),				\
	spinlock_t *: spin_is_held,					\
	struct mutex *: mutex_is_held,					\
	struct rw_semaphore *: rwsem_is_locked)(lock)

#define lockdep_assert_held(lock)		VM_ASSERT(lockdep_is_held(lock))
#define lockdep_assert_held_write(lock)		VM_ASSERT(rwsem_is_held_write(lock))

#endif
