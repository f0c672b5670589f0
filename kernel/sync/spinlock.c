/* kernel/sync/spinlock.c - what debug builds know about spinlocks. Release builds need no code outside the header. */
#include <kernel/sync/spinlock.h>

#ifdef CONFIG_DEBUG
DEFINE_PER_CPU(unsigned int, spinlocks_held);

void (*spinlock_violation)(const spinlock_t *lock, const char *what);

void spin_bug(const spinlock_t *lock, const char *what)
{
	if (spinlock_violation)
		spinlock_violation(lock, what);
	__asm__ __volatile__("ud2");
	unreachable();
}
#endif
