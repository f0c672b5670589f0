/* Before kernel/sync/spinlock.h: one thread, so that a lock which is taken twice is a finding. */
#ifndef KERNEL_SYNC_SPINLOCK_H
#define KERNEL_SYNC_SPINLOCK_H

#include <kernel/lib/atomic.h>
#include <kernel/lib/compiler.h>
#include <kernel/sync/lock_check.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/percpu.h>
#include <tests/fuzz/fuzz.h>

typedef struct spinlock {
	u32	owner;
} spinlock_t;

#define SPIN_LOCK_OF_CLASS(number)	{ 0 }
#define DEFINE_SPINLOCK(name)		spinlock_t name = { 0 }
#define spin_lock_init(lock)		((void)(*(lock) = (spinlock_t){ 0 }))

static inline bool spin_is_locked(const spinlock_t *lock) { return lock->owner; }
static inline bool spin_is_held(const spinlock_t *lock) { return lock->owner; }
static inline void assert_spin_locked(const spinlock_t *lock) { fuzz_check(lock->owner); }
static inline void spin_lock(spinlock_t *lock)
{
	fuzz_check(!lock->owner);
	lock->owner = 1;
}
static inline bool spin_trylock(spinlock_t *lock)
{
	bool got = !lock->owner;

	lock->owner = 1;
	return got;
}
static inline void spin_unlock(spinlock_t *lock)
{
	fuzz_check(lock->owner);
	lock->owner = 0;
}
static inline void spin_lock_irq(spinlock_t *lock) { spin_lock(lock); }
static inline void spin_unlock_irq(spinlock_t *lock) { spin_unlock(lock); }
#define spin_lock_irqsave(lock, flags)		((flags) = 0, spin_lock(lock))
#define spin_unlock_irqrestore(lock, flags)	((void)(flags), spin_unlock(lock))

#endif
