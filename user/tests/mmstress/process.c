/* user/tests/mmstress/process.c - processes and threads: how they begin, what they do, how they end. */
#include <user/tests/mmstress/world.h>

#include <sched.h>

static const struct {
	void (*run)(uint32_t first, uint32_t count);
	int weight;
} operations[OPS] = {
	[OP_READ] = { op_read, 16 }, [OP_WRITE] = { op_write, 24 }, [OP_PIPE] = { op_pipe, 3 },
	[OP_PROC_MEM] = { op_proc_mem, 3 }, [OP_CHECK] = { op_check, 1 }, [OP_FORBIDDEN] = { op_forbidden, 2 },
	[OP_HOME] = { op_home, 6 }, [OP_OBJECT_IO] = { op_object_io, 3 }, [OP_MMAP] = { op_mmap, 6 },
	[OP_MMAP_HINT] = { op_mmap_hint, 2 }, [OP_MMAP_OBJECT] = { op_mmap_object, 5 },
	[OP_MUNMAP] = { op_munmap, 3 }, [OP_MPROTECT] = { op_mprotect, 6 }, [OP_MOVE] = { op_move, 6 },
	[OP_GROW] = { op_grow, 3 }, [OP_SHRINK] = { op_shrink, 1 }, [OP_ADVISE] = { op_advise, 24 },
	[OP_POPULATE] = { op_populate, 2 }, [OP_DISCARD] = { op_discard, 4 }, [OP_FREE] = { op_free, 4 },
	[OP_FORK_FLAGS] = { op_fork_flags, 2 }, [OP_PUNCH] = { op_punch, 2 }, [OP_MLOCK] = { op_mlock, 3 },
	[OP_MINCORE] = { op_mincore, 1 }, [OP_FORK] = { op_fork, 4 },
};

void new_thread_state(struct thread *t, int number, uint64_t seed)
{
	memset(t, 0, sizeof(*t));
	t->number = number;
	t->pages = world->pages;
	t->random = mix(world->seed + seed);
	t->stream = atomic_fetch_add(&world->streams, 1) + 1;
}

/* Ranges of all sizes within what the thread may touch, often huge and aligned ones. */
static void random_range(uint32_t *first, uint32_t *count)
{
	static const uint32_t sizes[] = { 1, 1, 3, 16, 64, 100, 300, 512, 512, 512, 700, 1024 };

	*count = sizes[below(sizeof(sizes) / sizeof(sizes[0]))];
	if (*count > me->pages)
		*count = 1 + below(me->pages);
	*first = below(me->pages - *count + 1);
	if (!one_in(3))
		*first &= ~511u;
	*first += me->first;
}

static enum op random_op(void)
{
	int all = 0, at, op;

	for (op = 0; op < OPS; op++)
		all += operations[op].weight;
	at = below(all);
	for (op = 0; at >= operations[op].weight; op++)
		at -= operations[op].weight;
	return op;
}

static int time_is_up(void)
{
	return atomic_load(&world->stop) || atomic_load(&ending) || now_ms() >= world->end;
}

void run_operations(long most)
{
	while (most-- && !time_is_up()) {
		uint32_t first, count;

		random_range(&first, &count);
		operations[random_op()].run(first, count);
		atomic_fetch_add_explicit(&world->operations, 1, memory_order_relaxed);
	}
}

/* --- faults ------------------------------------------------------------------------------------- */

static void on_fault(int number, siginfo_t *info, void *context)
{
	char *at = info->si_addr;
	char what[96];

	(void)context;
	if (me && me->expected && number == SIGSEGV)
		siglongjmp(*me->expected, 1);
	snprintf(what, sizeof(what), "signal %d (code %d) at %p", number, info->si_code, (void *)at);
	if (me && at >= ARENA && at < AT(world->pages))
		wrong_page((at - ARENA) / PAGE, what, NULL, 0, -1);
	else
		wrong_call(what, 0, 0);
	_exit(3);
}

static void catch_all_faults(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* --- the end of a process ----------------------------------------------------------------------- */

void count_end(int status, const char *who)
{
	char what[64];

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
		atomic_fetch_add(&world->killed, 1);
	} else if (WIFSIGNALED(status)) {
		snprintf(what, sizeof(what), "%s ended by signal %d", who, WTERMSIG(status));
		wrong_call(what, 0, 0);
	}
}

void reap_children(void)
{
	int status;

	while (waitpid(-1, &status, WNOHANG) > 0) {
		atomic_fetch_sub(&world->children, 1);
		count_end(status, "a child");
	}
}

/* Without a word, while other threads are in the middle of something. */
static void end_in_the_middle(void)
{
	if (one_in(2)) {
		atomic_fetch_add(&world->kills, 1);
		kill(getpid(), SIGKILL);
	}
	_exit(0);
}

static void *helper(void *state)
{
	me = state;
	run_operations(-1);
	return NULL;
}

#define MOST_DEPTH 2	/* a child may have children, and no more */

/* --- children ------------------------------------------------------------------------------------ */

/* What fork has made of the pages that were locked by who called it. */
static void become_child(uint32_t first, uint32_t count, uint64_t seed)
{
	int depth = me->depth;

	new_thread_state(me, me->number, seed);
	me->depth = depth + 1;
	me->first = first;
	me->pages = count;
	for (uint32_t i = first; i < first + count; i++) {
		struct shadow *s = &shadow[i];

		if (s->flags & UNSHARED)
			s->kind = HOLE;
		if (s->flags & WIPED) {
			s->content = 0;
			s->flags &= ~FREED;
		}
		s->flags &= ~LOCKED;
	}
	unlock_pages(first, count);
}

/*
 * A second thread in the child works on the same pages; both may end at once. Its state is not that of the thread which forked:
 * that one may have been the second thread of a child itself, and goes on here.
 */
static void child_life(void)
{
	static struct thread helpers[MOST_DEPTH + 1];
	struct thread *second = &helpers[me->depth];
	pthread_t thread;
	int helped = 0;

	note(OP_FORK, me->first, me->pages, 1);
	check_pages(me->first, me->pages, one_in(4));
	if (one_in(3)) {
		new_thread_state(second, MOST_THREADS + me->depth, me->random);
		second->depth = me->depth;
		second->first = me->first;
		second->pages = me->pages;
		helped = !pthread_create(&thread, NULL, helper, second);
	}
	run_operations(1 + below(30));
	if (one_in(3))
		end_in_the_middle();
	check_pages(me->first, me->pages, 0);
	atomic_store(&ending, 1);
	if (helped)
		pthread_join(thread, NULL);
	_exit(0);
}

/* The child sees what the pages held, and changes it; so does the parent, at the same time. */
void op_fork(uint32_t first, uint32_t count)
{
	uint64_t seed = me->random;
	struct record *r;
	pid_t pid;

	reap_children();
	if (me->depth == MOST_DEPTH || atomic_load(&world->calm))
		return;
	if (atomic_fetch_add(&world->children, 1) >= world->helpers) {
		atomic_fetch_sub(&world->children, 1);
		return;
	}
	if (one_in(6)) {
		first = me->first;
		count = me->pages;
	}
	lock_pages(first, count);
	r = note(OP_FORK, first, count, 0);
	pid = fork();
	if (!pid) {
		become_child(first, count, seed);
		child_life();
	}
	r->result = pid;
	unlock_pages(first, count);
	if (pid < 0) {
		atomic_fetch_sub(&world->children, 1);
		atomic_fetch_add(&world->failures, 1);
		return;
	}
	atomic_fetch_add(&world->forks, 1);
	if (one_in(12)) {
		atomic_fetch_add(&world->kills, 1);
		kill(pid, SIGKILL);
	}
}

/* --- workers -------------------------------------------------------------------------------------- */

static void *private_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		_exit(0);
	return p;
}

/* => the process's threads have ended, and its children */
static void last_check(void)
{
	int status;

	while (waitpid(-1, &status, 0) > 0) {
		atomic_fetch_sub(&world->children, 1);
		count_end(status, "a child");
	}
	note(OP_CHECK, 0, world->pages, 1);
	check_pages(0, world->pages, 1);
}

int worker(int slot, int incarnation)
{
	uint64_t seed = (uint64_t)slot << 32 | (uint64_t)incarnation << 8;
	static struct thread states[MOST_THREADS];
	pthread_t threads[MOST_THREADS];
	int started = 1;
	long life;

	shadow = private_memory(world->pages * sizeof(*shadow));
	own_log = private_memory(sizeof(*own_log));
	me = &states[0];
	new_thread_state(me, 0, seed);
	catch_all_faults();
	lock_pages(0, world->pages);
	map_fresh(0, world->pages, PROT_READ | PROT_WRITE, MAP_FIXED_NOREPLACE);
	unlock_pages(0, world->pages);
	for (int i = 1; i < world->threads; i++) {
		new_thread_state(&states[i], i, seed + i);
		if (pthread_create(&threads[started], NULL, helper, &states[i]))
			break;
		started++;
	}
	life = 200 + below(3000);
	run_operations(life);
	if (!time_is_up() && !one_in(3))
		end_in_the_middle();
	atomic_store(&ending, 1);
	for (int i = 1; i < started; i++)
		pthread_join(threads[i], NULL);
	last_check();
	return 0;
}
