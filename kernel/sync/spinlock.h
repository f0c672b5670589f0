/* kernel/sync/spinlock.h - locks for a few dozen instructions: who waits, spins.
 *
 * Rules: never sleep with a spinlock held. A lock that an interrupt handler takes is "irq-safe": everybody takes it
 * with interrupts off (_irq or _irqsave), or the handler would wait for the code that it interrupted. Kernel code is
 * not preempted, so that a plain spin_lock needs no more than the lock itself.
 *
 * The lock word is 0 when free and otherwise the holder's CPU + 1. Waiters try in no particular order: on a virtual
 * machine the next in a queue may not be running at all, and everybody would wait for its turn on the host.
 *
 * Debug builds know who holds which lock and check the order: kernel/sync/lock_check.h.
 *
 * Linux: include/linux/spinlock.h, kernel/locking/.
 */
#ifndef KERNEL_SYNC_SPINLOCK_H
#define KERNEL_SYNC_SPINLOCK_H

#include <kernel/lib/atomic.h>
#include <kernel/lib/compiler.h>
#include <kernel/sync/lock_check.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/percpu.h>

typedef struct spinlock {
	u32	owner;		/* CPU + 1 of the holder, 0: free */
#ifdef CONFIG_DEBUG
	u16	class;		/* LOCK_CLASS_*; its number in the lock checker */
#endif
} spinlock_t;

#ifdef CONFIG_DEBUG
#define SPIN_LOCK_OF_CLASS(number)	{ .class = (number) }
/* The name is for reports; it lies in a table, beside the address. */
#define DEFINE_SPINLOCK(lock_name)						\
	spinlock_t lock_name = { 0 };						\
	static const struct static_lock static_lock_##lock_name			\
		__used __section(".static_locks") __aligned(8) = { &lock_name, LOCK_NAME(lock_name) }
#define spin_lock_init(lock) do {						\
	static u16 ___class;							\
	*(lock) = (spinlock_t){ .class = lock_class(&___class, LOCK_NAME(lock)) }; \
} while (0)

static __always_inline void spin_check_acquire(spinlock_t *lock, unsigned int subclass)
{
	lock_check_acquire(lock, &lock->class, subclass);
}

static __always_inline void spin_check_acquired(spinlock_t *lock, unsigned int flags)
{
	lock_check_acquired(lock, &lock->class, flags);
}

static __always_inline void spin_check_release(spinlock_t *lock)
{
	if (unlikely(READ_ONCE(lock->owner) != smp_processor_id() + 1))
		lock_check_fatal(lock, lock->class, "released by a CPU that does not hold it");
	lock_check_release(lock, 0);
}
#else
#define SPIN_LOCK_OF_CLASS(number)	{ 0 }
#define DEFINE_SPINLOCK(name)		spinlock_t name = { 0 }
#define spin_lock_init(lock)		((void)(*(lock) = (spinlock_t){ 0 }))
static inline void spin_check_acquire(spinlock_t *lock __unused, unsigned int subclass __unused) { }
static inline void spin_check_acquired(spinlock_t *lock __unused, unsigned int flags __unused) { }
static inline void spin_check_release(spinlock_t *lock __unused) { }
#endif

static inline bool spin_is_locked(const spinlock_t *lock)
{
	return READ_ONCE(lock->owner) != 0;
}

/* => held by this CPU. With interrupts on, or for a lock that may sleep, the answer is of no use. */
static inline bool spin_is_held(const spinlock_t *lock)
{
	return READ_ONCE(lock->owner) == smp_processor_id() + 1;
}

static __always_inline bool spin_trylock(spinlock_t *lock)
{
	if (READ_ONCE(lock->owner) || cmpxchg(&lock->owner, 0, smp_processor_id() + 1))
		return false;
	spin_check_acquired(lock, LOCK_TRY);
	return true;
}

/* A second lock of the same class: subclass (1 to 3) says which step of a rule that the caller knows it is. */
static __always_inline void spin_lock_nested(spinlock_t *lock, unsigned int subclass)
{
	spin_check_acquire(lock, subclass);
	while (unlikely(cmpxchg(&lock->owner, 0, smp_processor_id() + 1)))
		while (READ_ONCE(lock->owner))
			cpu_relax();
	spin_check_acquired(lock, subclass);
}

static __always_inline void spin_lock(spinlock_t *lock)
{
	spin_lock_nested(lock, 0);
}

static __always_inline void spin_unlock(spinlock_t *lock)
{
	spin_check_release(lock);
	smp_store_release(&lock->owner, 0);
}

static __always_inline void spin_lock_irq(spinlock_t *lock)
{
	local_irq_disable();
	spin_lock(lock);
}

static __always_inline void spin_unlock_irq(spinlock_t *lock)
{
	spin_unlock(lock);
	local_irq_enable();
}

#define spin_lock_irqsave(lock, flags)			\
	do { local_irq_save(flags); spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags)		\
	do { spin_unlock(lock); local_irq_restore(flags); } while (0)
#define spin_trylock_irqsave(lock, flags) ({		\
	local_irq_save(flags);				\
	bool ___got = spin_trylock(lock);		\
	if (!___got)					\
		local_irq_restore(flags);		\
	___got; })

#ifdef CONFIG_DEBUG
static inline void assert_spin_locked(const spinlock_t *lock)
{
	if (unlikely(!spin_is_held(lock)))
		lock_check_fatal(lock, lock->class, "not held by this CPU where it must be");
}
#else
static inline void assert_spin_locked(const spinlock_t *lock __unused) { }
#endif

#endif
