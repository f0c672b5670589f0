/* kernel/sync/sync_test.c - locks exclude, wakeups arrive, waiting writers are not starved. On all CPUs at once. */
#include <kernel/debug/ktest.h>
#include <kernel/sync/completion.h>
#include <kernel/sync/lockdep.h>
#include <kernel/sync/mutex.h>
#include <kernel/sync/rwsem.h>
#include <kernel/sync/wait.h>

#define MAX_WORKERS	8

/* Several threads that run the same function, and are waited for. */
struct crew {
	int		(*work)(struct crew *crew);
	unsigned int	nr, rounds;
	atomic_t	next_number;
	struct completion finished;
	/* what they work on */
	spinlock_t	spinlock;
	struct mutex	mutex;
	struct rw_semaphore rwsem;
	wait_queue_head_t queue;
	volatile unsigned long counter, copy;
	atomic_t	readers, writers, bad, woken;
	bool		go;
};

static int crew_main(void *data)
{
	struct crew *crew = data;

	crew->work(crew);
	complete(&crew->finished);
	return 0;
}

static void crew_init(struct crew *crew, int (*work)(struct crew *), unsigned int nr, unsigned int rounds)
{
	*crew = (struct crew){ .work = work, .nr = nr, .rounds = rounds };
	init_completion(&crew->finished);
	spin_lock_init(&crew->spinlock);
	mutex_init(&crew->mutex);
	init_rwsem(&crew->rwsem);
	init_waitqueue_head(&crew->queue);
}

static void crew_start(struct crew *crew)
{
	unsigned int i;

	for (i = 0; i < crew->nr; i++)
		if (IS_ERR(kthread_run(crew_main, crew, "worker/%u", i)))
			complete(&crew->finished);
}

static void crew_wait(struct crew *crew)
{
	unsigned int i;

	for (i = 0; i < crew->nr; i++)
		wait_for_completion(&crew->finished);
}

static unsigned int workers(void)
{
	return min(2 * READ_ONCE(nr_cpus), (unsigned int)MAX_WORKERS);
}

/* Not atomic: if two are in here at once, some increments are lost. */
static void count_slowly(struct crew *crew)
{
	unsigned long seen = crew->counter;

	cpu_relax();
	crew->counter = seen + 1;
}

static int count_under_spinlock(struct crew *crew)
{
	unsigned int i;

	for (i = 0; i < crew->rounds; i++) {
		spin_lock(&crew->spinlock);
		count_slowly(crew);
		spin_unlock(&crew->spinlock);
		cond_resched();
	}
	return 0;
}

KTEST(sync, spinlock_excludes_other_cpus)
{
	struct crew crew;

	crew_init(&crew, count_under_spinlock, workers(), 20000);
	crew_start(&crew);
	crew_wait(&crew);
	KEXPECT_EQ(crew.counter, (unsigned long)crew.nr * crew.rounds);
	KEXPECT(!spin_is_locked(&crew.spinlock));
}

static int count_under_mutex(struct crew *crew)
{
	unsigned int i;

	for (i = 0; i < crew->rounds; i++) {
		mutex_lock(&crew->mutex);
		if (!mutex_is_held(&crew->mutex))
			atomic_inc(&crew->bad);
		count_slowly(crew);
		if (i % 64 == 0)
			yield();	/* with the mutex held: the others must sleep */
		mutex_unlock(&crew->mutex);
		if (i % 16 == 0)
			cond_resched();
	}
	return 0;
}

KTEST(sync, mutex_excludes_and_loses_nobody)
{
	struct crew crew;

	crew_init(&crew, count_under_mutex, workers(), 500);
	crew_start(&crew);
	crew_wait(&crew);
	KEXPECT_EQ(crew.counter, (unsigned long)crew.nr * crew.rounds);
	KEXPECT_EQ(atomic_read(&crew.bad), 0);
	KEXPECT(!mutex_is_locked(&crew.mutex));
}

KTEST(sync, mutex_trylock_fails_while_it_is_held)
{
	DEFINE_MUTEX(mutex);

	KEXPECT(mutex_trylock(&mutex));
	KEXPECT(!mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	KEXPECT(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
}

static void write_once(struct crew *crew)
{
	down_write(&crew->rwsem);
	if (atomic_inc_return(&crew->writers) != 1 || atomic_read(&crew->readers))
		atomic_inc(&crew->bad);
	count_slowly(crew);
	crew->copy = crew->counter;
	atomic_dec(&crew->writers);
	if (crew->counter % 3) {
		up_write(&crew->rwsem);
		return;
	}
	atomic_inc(&crew->readers);
	downgrade_write(&crew->rwsem);
	if (crew->copy != crew->counter || atomic_read(&crew->writers))
		atomic_inc(&crew->bad);
	atomic_dec(&crew->readers);
	up_read(&crew->rwsem);
}

static void read_once(struct crew *crew)
{
	down_read(&crew->rwsem);
	atomic_inc(&crew->readers);
	if (atomic_read(&crew->writers) || crew->copy != crew->counter)
		atomic_inc(&crew->bad);
	atomic_dec(&crew->readers);
	up_read(&crew->rwsem);
}

static int read_and_write(struct crew *crew)
{
	unsigned int number = atomic_inc_return(&crew->next_number), i;

	for (i = 0; i < crew->rounds; i++) {
		if ((i + number) % 4 == 0)
			write_once(crew);
		else
			read_once(crew);
		if (i % 8 == 0)
			cond_resched();
	}
	return 0;
}

KTEST(sync, rwsem_writers_are_alone_and_readers_see_whole_updates)
{
	struct crew crew;

	crew_init(&crew, read_and_write, workers(), 3000);
	crew_start(&crew);
	crew_wait(&crew);
	KEXPECT_EQ(atomic_read(&crew.bad), 0);
	KEXPECT_EQ(crew.counter, (unsigned long)crew.nr * crew.rounds / 4);
	KEXPECT(!rwsem_is_locked(&crew.rwsem));
	KEXPECT_EQ(crew.rwsem.count, 0UL);
}

static int write_when_possible(struct crew *crew)
{
	down_write(&crew->rwsem);
	crew->counter = 1;
	up_write(&crew->rwsem);
	return 0;
}

KTEST(sync, rwsem_a_waiting_writer_stops_new_readers)
{
	struct crew crew;
	unsigned int i;

	crew_init(&crew, write_when_possible, 1, 1);
	down_read(&crew.rwsem);
	KEXPECT(down_read_trylock(&crew.rwsem));
	up_read(&crew.rwsem);
	crew_start(&crew);
	for (i = 0; i < 100 && !rwsem_is_contended(&crew.rwsem); i++)
		msleep(10);
	KEXPECT(rwsem_is_contended(&crew.rwsem));
	KEXPECT(!down_read_trylock(&crew.rwsem));
	KEXPECT(!down_write_trylock(&crew.rwsem));
	KEXPECT_EQ(crew.counter, 0UL);
	up_read(&crew.rwsem);
	crew_wait(&crew);
	KEXPECT_EQ(crew.counter, 1UL);
	KEXPECT(down_write_trylock(&crew.rwsem));
	up_write(&crew.rwsem);
}

static int wait_for_go(struct crew *crew)
{
	wait_event_interruptible_exclusive(crew->queue, READ_ONCE(crew->go));
	atomic_inc(&crew->woken);
	return 0;
}

/* Wait until `n` tasks sleep on the queue. */
static bool queue_reaches(struct crew *crew, size_t n)
{
	unsigned int tries;

	for (tries = 0; tries < 200; tries++) {
		size_t queued;

		spin_lock_irq(&crew->queue.lock);
		queued = list_count_nodes(&crew->queue.head);
		spin_unlock_irq(&crew->queue.lock);
		if (queued == n)
			return true;
		msleep(10);
	}
	return false;
}

KTEST(sync, wake_up_wakes_one_exclusive_waiter_and_wake_up_all_the_rest)
{
	struct crew crew;

	crew_init(&crew, wait_for_go, 4, 1);
	crew_start(&crew);
	KEXPECT(queue_reaches(&crew, 4));
	WRITE_ONCE(crew.go, true);
	wake_up(&crew.queue);
	KEXPECT(queue_reaches(&crew, 3));
	/* Woken is not yet running: that is the scheduler's business, and the host's. */
	while (!atomic_read(&crew.woken))
		msleep(10);
	msleep(30);
	KEXPECT_EQ(atomic_read(&crew.woken), 1);
	wake_up_all(&crew.queue);
	crew_wait(&crew);
	KEXPECT_EQ(atomic_read(&crew.woken), 4);
	KEXPECT(!waitqueue_active(&crew.queue));
}

/* Two threads hand a token back and forth: one lost wakeup, and it stands still for ever. */
static int ping_pong(struct crew *crew)
{
	unsigned long side = atomic_inc_return(&crew->next_number) & 1, i;

	for (i = 0; i < crew->rounds; i++) {
		wait_event(crew->queue, (crew->counter & 1) == side);
		crew->counter++;
		wake_up(&crew->queue);
	}
	return 0;
}

KTEST(sync, no_wakeup_is_lost_in_five_hundred_handovers)
{
	struct crew crew;

	crew_init(&crew, ping_pong, 2, 250);
	crew_start(&crew);
	crew_wait(&crew);
	KEXPECT_EQ(crew.counter, 500UL);
}

KTEST(sync, wait_event_timeout_returns_zero_only_when_the_condition_stayed_false)
{
	DECLARE_WAIT_QUEUE_HEAD(queue);
	u64 start = ktime_get_ns();
	bool yes = true, no = false;

	KEXPECT_EQ(wait_event_timeout(queue, READ_ONCE(no), 5), 0L);
	KEXPECT_GE(ktime_get_ns() - start, 5 * TICK_NS);
	KEXPECT_EQ(wait_event_timeout(queue, READ_ONCE(yes), 5), 5L);
	KEXPECT_EQ(wait_event_timeout(queue, READ_ONCE(yes), 0), 1L);
}

KTEST(sync, completion_counts_and_times_out)
{
	DECLARE_COMPLETION_ONSTACK(done);

	KEXPECT_EQ(wait_for_completion_timeout(&done, 2), 0UL);
	complete(&done);
	complete(&done);
	KEXPECT_EQ(wait_for_completion_timeout(&done, 2), 2UL);
	KEXPECT(try_wait_for_completion(&done));
	KEXPECT(!try_wait_for_completion(&done));
	complete_all(&done);
	wait_for_completion(&done);
	wait_for_completion(&done);
	KEXPECT(completion_done(&done));
}
