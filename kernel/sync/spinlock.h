/* kernel/sync/spinlock.h - locks for a few dozen instructions: who waits, spins.
 *
 * Rules: never sleep with a spinlock held. A lock that an interrupt handler takes is "irq-safe": everybody takes it
 * with interrupts off (_irq or _irqsave), or the handler would wait for the code that it interrupted. Kernel code is
 * not preempted, so that a plain spin_lock needs no more than the lock itself.
 *
 * The lock word is 0 when free and otherwise the holder's CPU + 1. Waiters try in no particular order: on a virtual
 * machine the next in a queue may not be running at all, and everybody would wait for its turn on the host.
 *
 * Debug builds check recursion, unlocking by another CPU, and count the locks that each CPU holds, so that
 * might_sleep() finds who sleeps with a lock held.
 *
 * Linux: include/linux/spinlock.h, kernel/locking/.
 */
#ifndef KERNEL_SYNC_SPINLOCK_H
#define KERNEL_SYNC_SPINLOCK_H

#include <kernel/lib/atomic.h>
#include <kernel/lib/compiler.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/percpu.h>

typedef struct spinlock {
	u32	owner;		/* CPU + 1 of the holder, 0: free */
#ifdef CONFIG_DEBUG
	u32	taken_at;	/* low half of the holder's code address; kernel text is in the top 2 GB */
#endif
} spinlock_t;

#define SPIN_LOCK_UNLOCKED	((spinlock_t){ 0 })
#define DEFINE_SPINLOCK(name)	spinlock_t name = SPIN_LOCK_UNLOCKED

#ifdef CONFIG_DEBUG
/* Counts only locks taken with this header; read by might_sleep() and schedule(). */
DECLARE_PER_CPU(unsigned int, spinlocks_held);
/* The lock checker found `what`: registered by kernel/debug, which stands above; a trap until then. */
extern void (*spinlock_violation)(const spinlock_t *lock, const char *what);
void spin_bug(const spinlock_t *lock, const char *what);

static inline void spin_check_lock(const spinlock_t *lock)
{
	if (unlikely(READ_ONCE(lock->owner) == smp_processor_id() + 1))
		spin_bug(lock, "taken again by the CPU that holds it");
}

static __always_inline void spin_note_locked(spinlock_t *lock, unsigned long ip)
{
	lock->taken_at = (u32)ip;
	this_cpu_inc(spinlocks_held);
}

static inline void spin_note_unlock(const spinlock_t *lock)
{
	if (unlikely(READ_ONCE(lock->owner) != smp_processor_id() + 1))
		spin_bug(lock, "released by a CPU that does not hold it");
	this_cpu_add(spinlocks_held, -1);
}

static __always_inline unsigned long spin_caller(void)
{
	unsigned long ip;

	__asm__("leaq 0(%%rip), %0" : "=r"(ip));
	return ip;
}
#else
static inline void spin_check_lock(const spinlock_t *lock __unused) { }
static inline void spin_note_locked(spinlock_t *lock __unused, unsigned long ip __unused) { }
static inline void spin_note_unlock(const spinlock_t *lock __unused) { }
static inline unsigned long spin_caller(void) { return 0; }
#endif

static inline void spin_lock_init(spinlock_t *lock)
{
	*lock = SPIN_LOCK_UNLOCKED;
}

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
	spin_note_locked(lock, spin_caller());
	return true;
}

static __always_inline void spin_lock(spinlock_t *lock)
{
	spin_check_lock(lock);
	while (unlikely(cmpxchg(&lock->owner, 0, smp_processor_id() + 1)))
		while (READ_ONCE(lock->owner))
			cpu_relax();
	spin_note_locked(lock, spin_caller());
}

static __always_inline void spin_unlock(spinlock_t *lock)
{
	spin_note_unlock(lock);
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
		spin_bug(lock, "not held by this CPU where it must be");
}
#else
static inline void assert_spin_locked(const spinlock_t *lock __unused) { }
#endif

#endif
