/* user/tests/mmstress/shadow.c - what pages must hold; how a wrong one is told. */
#include <user/tests/mmstress/world.h>

#include <sched.h>
#include <stdarg.h>

struct world *world;
struct shadow *shadow;
struct log *own_log;
atomic_int ending;
__thread struct thread *me;

const char *const op_names[OPS] = {
	[OP_READ] = "read", [OP_WRITE] = "write", [OP_PIPE] = "pipe", [OP_PROC_MEM] = "/proc/self/mem",
	[OP_CHECK] = "check", [OP_FORBIDDEN] = "forbidden", [OP_HOME] = "home", [OP_OBJECT_IO] = "object-io",
	[OP_MMAP] = "mmap", [OP_MMAP_HINT] = "mmap-hint", [OP_MMAP_OBJECT] = "mmap-object",
	[OP_MUNMAP] = "munmap", [OP_MPROTECT] = "mprotect", [OP_MOVE] = "mremap-move", [OP_GROW] = "mremap-grow",
	[OP_SHRINK] = "mremap-shrink", [OP_ADVISE] = "madvise", [OP_POPULATE] = "populate",
	[OP_DISCARD] = "discard", [OP_FREE] = "MADV_FREE", [OP_FORK_FLAGS] = "fork-flags", [OP_PUNCH] = "punch",
	[OP_MLOCK] = "mlock", [OP_MINCORE] = "mincore", [OP_FORK] = "fork", [OP_EXIT] = "exit",
};

/* --- random numbers -------------------------------------------------------------------------- */

uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

uint32_t below(uint32_t limit)
{
	me->random += 0x9e3779b97f4a7c15ULL;
	return (uint32_t)(mix(me->random) >> 32) % limit;
}

int one_in(int n)
{
	return !below(n);
}

/* --- locks ------------------------------------------------------------------------------------ */

int try_lock_page(uint32_t i)
{
	unsigned int free = 0;

	return atomic_compare_exchange_strong(&shadow[i].lock, &free, me->number + 1);
}

void lock_pages(uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++)
		for (int tries = 0; !try_lock_page(i); tries++)
			tries < 20 ? (void)sched_yield() : sleep_ms(1);
}

void unlock_pages(uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++)
		atomic_store(&shadow[i].lock, 0);
}

int again(int times)
{
	int error = errno;

	if (error != ENOMEM && error != EAGAIN && error != EINTR)
		return 0;
	atomic_fetch_add(&world->failures, 1);
	if (times > 2000) {
		/* Nothing is wrong, but the shadow can't be kept: this process ends here. */
		atomic_fetch_add(&world->starved, 1);
		_exit(0);
	}
	if (times > 20)
		sleep_ms(5);
	errno = error;
	return 1;
}

/* --- contents --------------------------------------------------------------------------------- */

uint64_t new_content(void)
{
	return me->stream << 40 | ++me->counter;
}

/* Word 0 is the number itself, the others follow from it and from the seed. */
static inline uint64_t base_of(uint64_t content)
{
	return mix(content ^ world->seed);
}

#define STEP 0x9e3779b97f4a7c15ULL

void write_words(volatile uint64_t *p, uint64_t content)
{
	uint64_t word = base_of(content);

	p[0] = content;
	for (size_t i = 1; i < WORDS; i++)
		p[i] = word += STEP;
}

static int word_is_wrong(uint64_t found, uint64_t content, uint64_t base, size_t i, int or_zero)
{
	uint64_t right = !content ? 0 : i ? base + i * STEP : content;

	return found != right && !(or_zero && !found);
}

/* => the number of the first wrong word, -1 if there is none; not `all`: a sample of three */
int wrong_word(const volatile uint64_t *p, uint64_t content, int or_zero, int all)
{
	size_t sample[] = { 0, below(WORDS), WORDS - 1 };
	uint64_t base = base_of(content);

	for (size_t i = 0; i < (all ? WORDS : 3); i++) {
		size_t at = all ? i : sample[i];

		if (word_is_wrong(p[at], content, base, at, or_zero))
			return at;
	}
	atomic_fetch_add_explicit(&world->checked, 1, memory_order_relaxed);
	return -1;
}

/* --- what was done ----------------------------------------------------------------------------- */

static struct record *note_in(struct log *log, enum op op, int object, uint32_t first, uint32_t count, int argument)
{
	unsigned long sequence = atomic_fetch_add(&log->next, 1);
	struct record *r = &log->records[sequence % LOG];

	*r = (struct record){ .sequence = sequence, .first = first, .count = count, .argument = argument,
			      .result = 1, .pid = getpid(), .op = op, .thread = me->number, .object = object };
	return r;
}

struct record *note(enum op op, uint32_t first, uint32_t count, int argument)
{
	return note_in(own_log, op, 0, first, count, argument);
}

void note_object(enum op op, int object, uint32_t first, uint32_t count, int argument)
{
	note_in(&world->object_log, op, object, first, count, argument);
}

/* --- how a failure is told ---------------------------------------------------------------------- */

#define REPORTS 4		/* more would only repeat */

struct report {
	size_t used;
	char text[16384];
};

__attribute__((format(printf, 2, 3)))
static void say(struct report *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	r->used += vsnprintf(r->text + r->used, sizeof(r->text) - r->used, format, args);
	va_end(args);
	if (r->used >= sizeof(r->text))
		r->used = sizeof(r->text) - 1;
}

static void say_content(struct report *r, const char *what, uint64_t content)
{
	if (!content)
		say(r, "#   %s: zeros\n", what);
	else
		say(r, "#   %s: 0x%llx, write %llu of stream %llu\n", what, (unsigned long long)content,
		    (unsigned long long)(content & ((1ULL << 40) - 1)), (unsigned long long)(content >> 40));
}

/* The last operations that touched the pages, newest last. object < 0: of the arena */
static void say_operations(struct report *r, const struct log *log, int object, uint32_t first, uint32_t count)
{
	unsigned long next = atomic_load(&log->next), from = next > LOG ? next - LOG : 0, picked[32];
	int found = 0;

	while (next-- > from && found < 32) {
		const struct record *o = &log->records[next % LOG];
		int touches = o->first < first + count && first < o->first + o->count;

		if (o->op == OP_MOVE)
			touches |= o->to < first + count && first < o->to + o->count;
		if (o->sequence == next && touches && (object < 0 || o->object == object))
			picked[found++] = next;
	}
	while (found--) {
		const struct record *o = &log->records[picked[found] % LOG];

		say(r, "#   %8lu pid %d thread %d %-14s %u +%u", picked[found], o->pid, o->thread,
		    op_names[o->op], o->first, o->count);
		if (o->op == OP_MOVE)
			say(r, " to %u", o->to);
		say(r, " argument %d result %d\n", o->argument, o->result);
	}
}

static void say_interventions(struct report *r)
{
	unsigned long next = atomic_load(&world->agent_log.next), from = next > 12 ? next - 12 : 0;

	for (; from < next; from++) {
		const struct record *o = &world->agent_log.records[from % LOG];

		say(r, "#   agent: %s %u argument %d result %d\n", op_names[o->op], o->first, o->argument, o->result);
	}
}

static void say_address(struct report *r, const volatile void *p)
{
	unsigned long start, end;
	char permissions[5] = "none";
	uint64_t frame = frame_of(p);

	maps_line(p, &start, &end, permissions);
	say(r, "#   area %lx-%lx %s, pagemap 0x%llx, kpageflags 0x%llx, kpagecount %lld\n", start, end, permissions,
	    (unsigned long long)pagemap(p), frame ? (unsigned long long)u64_in("/proc/kpageflags", frame) : 0,
	    frame ? (long long)u64_in("/proc/kpagecount", frame) : -1);
}

static int begin_report(struct report *r, const char *what)
{
	int first = atomic_fetch_add(&world->failed, 1);

	r->used = 0;
	if (first >= REPORTS)
		return 0;
	say(r, "# WRONG (seed %llu): pid %d thread %d depth %d: %s\n", (unsigned long long)world->seed, getpid(),
	    me ? me->number : -1, me ? me->depth : -1, what);
	return 1;
}

/* One write, so that the lines of two processes don't mix. */
static void end_report(struct report *r)
{
	int fd = dup(1);

	if (write(fd, r->text, r->used) < 0)
		_exit(99);
	close(fd);
	atomic_store(&world->stop, 1);
}

static const char *kind_name(const struct shadow *s)
{
	static const char *const names[] = { "a hole", "private", "shared", "private, of an object" };

	return names[s->kind];
}

void wrong_page(uint32_t i, const char *how, const volatile uint64_t *p, uint64_t content, int word)
{
	struct shadow *s = &shadow[i];
	struct report r;

	if (!begin_report(&r, how))
		return;
	say(&r, "#   page %u at %p: %s, prot %d, flags %d, object %d page %u\n", i, (void *)AT(i), kind_name(s),
	    s->prot, s->flags, s->object, s->at);
	if (word >= 0) {
		say(&r, "#   word %d is 0x%llx\n", word, (unsigned long long)p[word]);
		say_content(&r, "must be", content);
		say_content(&r, "word 0 says", p[0]);
	}
	say_address(&r, AT(i));
	say_operations(&r, own_log, -1, i, 1);
	if (s->kind == SHARED || s->kind == PRIVATE_FILE)
		say_operations(&r, &world->object_log, s->object, s->at, 1);
	say_interventions(&r);
	end_report(&r);
}

void wrong_object(int object, uint32_t at, const char *how, const volatile uint64_t *p, int word)
{
	struct report r;

	if (!begin_report(&r, how))
		return;
	say(&r, "#   object %d page %u at %p: word %d is 0x%llx\n", object, at, (void *)p, word,
	    (unsigned long long)p[word]);
	say_content(&r, "must be", world->objects[object][at].content);
	say_content(&r, "word 0 says", p[0]);
	say_address(&r, HOME_OF(object, at));
	say_operations(&r, &world->object_log, object, at, 1);
	say_interventions(&r);
	end_report(&r);
}

/* A call that may not fail like that. errno is its error. */
void wrong_call(const char *what, uint32_t first, uint32_t count)
{
	int error = errno;
	struct report r;

	if (!begin_report(&r, what))
		return;
	say(&r, "#   pages %u +%u, errno %d (%s)\n", first, count, error, strerror(error));
	say_operations(&r, own_log, -1, first, count);
	say_interventions(&r);
	end_report(&r);
}
