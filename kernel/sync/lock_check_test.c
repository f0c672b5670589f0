/* kernel/sync/lock_check_test.c - the lock checker finds what it is for. Debug builds only.
 *
 * Nothing here can hang: the locks are taken one after the other by one task, and the order alone is what is wrong.
 */
#include <kernel/debug/ktest.h>
#include <kernel/sync/lockdep.h>
#include <kernel/sync/mutex.h>
#include <kernel/sync/rwsem.h>

#ifdef CONFIG_DEBUG
#include <kernel/sched/task.h>
#include <kernel/sched/timer.h>
#include <kernel/sync/lock_internal.h>

static struct lock_expectation found;

static void begin(void)
{
	found = (struct lock_expectation){ 0 };
	lock_expect(&found);
}

/* => the one thing that was found since begin(), or -1 */
static int end(void)
{
	lock_expect(NULL);
	return found.count == 1 ? (int)found.last : -1;
}

static void take_both(spinlock_t *first, spinlock_t *second)
{
	spin_lock(first);
	spin_lock(second);
	spin_unlock(second);
	spin_unlock(first);
}

KTEST(lock_check, two_orders_are_a_cycle)
{
	spinlock_t a, b;

	spin_lock_init(&a);
	spin_lock_init(&b);
	begin();
	take_both(&a, &b);
	KEXPECT_EQ(found.count, 0U);
	take_both(&b, &a);
	KEXPECT_EQ(end(), (int)LOCK_CYCLE);
	begin();
	take_both(&b, &a);
	KEXPECT_EQ(end(), -1);		/* said once */
}

KTEST(lock_check, a_cycle_of_three_through_a_mutex_and_a_rwsem)
{
	struct rw_semaphore sem;
	struct mutex outer;
	spinlock_t inner;

	mutex_init(&outer);
	init_rwsem(&sem);
	spin_lock_init(&inner);
	begin();
	mutex_lock(&outer);
	down_read(&sem);
	up_read(&sem);
	mutex_unlock(&outer);
	down_write(&sem);
	spin_lock(&inner);
	spin_unlock(&inner);
	up_write(&sem);
	KEXPECT_EQ(found.count, 0U);
	/* Not really taken: with a spinlock held this test must not sleep. */
	spin_lock(&inner);
	lock_check_acquire(&outer, lock_dep_class(&outer.dep), LOCK_SLEEPS);
	spin_unlock(&inner);
	KEXPECT_EQ(end(), (int)LOCK_CYCLE);
}

KTEST(lock_check, two_of_one_class_need_a_rule)
{
	spinlock_t pair[2];

	for (unsigned int i = 0; i < 2; i++)
		spin_lock_init(&pair[i]);
	begin();
	spin_lock(&pair[0]);
	spin_lock_nested(&pair[1], SINGLE_DEPTH_NESTING);
	spin_unlock(&pair[1]);
	spin_unlock(&pair[0]);
	KEXPECT_EQ(found.count, 0U);
	take_both(&pair[0], &pair[1]);
	KEXPECT_EQ(end(), (int)LOCK_SAME_CLASS);
}

KTEST(lock_check, a_lock_is_taken_again)
{
	struct mutex m;

	mutex_init(&m);
	mutex_lock(&m);
	begin();
	lock_check_acquire(&m, lock_dep_class(&m.dep), LOCK_SLEEPS);
	KEXPECT(found.count >= 1);
	lock_expect(NULL);
	mutex_unlock(&m);
}

KTEST(lock_check, a_lock_is_released_by_who_does_not_hold_it)
{
	struct rw_semaphore sem;

	init_rwsem(&sem);
	begin();
	lock_dep_release(&sem);
	KEXPECT_EQ(end(), (int)LOCK_NOT_HELD);
}

KTEST(lock_check, a_trylock_is_no_order_but_what_comes_inside_it_is)
{
	spinlock_t waited, tried;

	spin_lock_init(&waited);
	spin_lock_init(&tried);
	begin();
	spin_lock(&waited);
	KEXPECT(spin_trylock(&tried));
	spin_unlock(&tried);
	spin_unlock(&waited);
	take_both(&tried, &waited);		/* not a cycle: it was only tried */
	KEXPECT_EQ(found.count, 0U);
	KEXPECT(spin_trylock(&waited));
	spin_lock(&tried);
	spin_unlock(&tried);
	spin_unlock(&waited);
	KEXPECT_EQ(end(), (int)LOCK_CYCLE);
}

KTEST(lock_check, too_many_at_once)
{
	spinlock_t locks[MAX_HELD_LOCKS + 1];
	u16 classes[MAX_HELD_LOCKS + 1];
	unsigned long flags;

	begin();
	local_irq_save(flags);
	for (unsigned int i = 0; i <= MAX_HELD_LOCKS; i++) {
		spin_lock_init(&locks[i]);
		classes[i] = locks[i].class;
		lock_check_acquired(&locks[i], &classes[i], LOCK_TRY);
	}
	for (unsigned int i = 0; i < MAX_HELD_LOCKS; i++)
		lock_check_release(&locks[i], 0);
	local_irq_restore(flags);
	KEXPECT_EQ(end(), (int)LOCK_TOO_MANY);
}

static struct {
	struct timer	timer;
	spinlock_t	*lock;
	bool		rang;
} alarm;

static void ring(struct timer *timer __unused)
{
	spin_lock(alarm.lock);
	WRITE_ONCE(alarm.rang, true);
	spin_unlock(alarm.lock);
}

/* The lock is now one that a handler takes. */
static void take_in_handler(spinlock_t *lock)
{
	alarm.lock = lock;
	alarm.rang = false;
	timer_setup(&alarm.timer, ring);
	timer_start_after(&alarm.timer, NSEC_PER_MSEC);
	while (!READ_ONCE(alarm.rang))
		schedule_timeout_uninterruptible(1);
	timer_cancel_sync(&alarm.timer);
}

KTEST(lock_check, a_lock_of_a_handler_is_taken_with_interrupts_on)
{
	static spinlock_t handlers;

	spin_lock_init(&handlers);
	take_in_handler(&handlers);
	begin();
	spin_lock_irq(&handlers);
	spin_unlock_irq(&handlers);
	KEXPECT_EQ(found.count, 0U);
	lock_check_acquire(&handlers, &handlers.class, 0);	/* not really taken: a handler may come in */
	KEXPECT_EQ(end(), (int)LOCK_IRQ_UNSAFE);
}

KTEST(lock_check, inside_a_lock_of_a_handler_one_that_is_taken_with_interrupts_on)
{
	static spinlock_t outside;
	spinlock_t inside;

	spin_lock_init(&outside);
	spin_lock_init(&inside);
	take_in_handler(&outside);
	begin();
	spin_lock(&inside);
	spin_unlock(&inside);
	KEXPECT_EQ(found.count, 0U);
	spin_lock_irq(&outside);
	spin_lock(&inside);
	spin_unlock(&inside);
	spin_unlock_irq(&outside);
	KEXPECT_EQ(end(), (int)LOCK_IRQ_INVERSION);
}

KTEST(lock_check, a_lock_is_held_at_the_end)
{
	struct mutex m;

	mutex_init(&m);
	begin();
	mutex_lock(&m);
	lock_check_holds_nothing("at the end of the test");
	KEXPECT_EQ((int)found.last, (int)LOCK_HELD_AT_RETURN);
	lock_expect(NULL);
	lock_dep_acquired(&m, LOCK_TRY);
	mutex_unlock(&m);
}
#endif
