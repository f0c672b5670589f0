/* user/tests/mmstress/world.h - what the processes of mmstress share, and what each knows of its own memory.
 *
 * An ARENA is a range of addresses of one process; its threads map, move, protect, discard and write its pages at
 * random. The shadow of a page says what it must hold and how it is mapped. Whoever changes either holds the page's
 * lock (ascending, so that ranges can be locked). Advice that changes no contents takes no lock: it meets whatever the
 * other threads are doing to the same pages.
 *
 * An OBJECT is memory that all processes share (memfd, tmpfs file, shared anonymous, System V). Its shadow lies in shared
 * memory; its locks name the process, because a process may end while it holds one. Arena locks come before them.
 *
 * The contents of a page follow from one number that is written only once: who wrote it, and his how manieth. So a
 * page that is found with the contents of another, or with older ones, tells where they come from.
 */
#ifndef USER_TESTS_MMSTRESS_WORLD_H
#define USER_TESTS_MMSTRESS_WORLD_H

#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>

#include <user/lib/memory.h>

#define ARENA ((char *)0x100000000000UL)	/* far from where the kernel puts what has no address */
#define HOME ((char *)0x200000000000UL)		/* each process sees all of each object here */

#define MOST_PROCESSES 16
#define MOST_THREADS 8
#define OBJECTS 4
#define OBJECT_PAGES 1024
#define WORDS (PAGE / 8)

enum kind { HOLE, PRIVATE, SHARED, PRIVATE_FILE };

#define FREED	1	/* after MADV_FREE: the old contents, or zeros, until somebody writes */
#define WIPED	2	/* a child finds zeros */
#define UNSHARED 4	/* a child finds a hole */
#define LOCKED	8

struct shadow {			/* of a page of the arena */
	uint64_t content;	/* 0: zeros. SHARED: the object says */
	atomic_uint lock;
	uint8_t kind, prot, flags, object;
	uint32_t at;		/* page of the object */
	uint32_t epoch;		/* PRIVATE_FILE: the object's when the page was copied; 0: it was not, the object says */
};

#define UNKNOWN (~0ULL)		/* who changed it ended meanwhile */

struct object_page {
	uint64_t content;
	atomic_uint lock;	/* a process id */
	uint32_t epoch;		/* truncation takes private copies along, and counts them out here */
};

struct record {			/* of an operation */
	uint64_t sequence;
	uint32_t first, count, to;
	int32_t argument, result, pid;
	uint16_t op;
	uint8_t thread, object;
};

#define LOG 4096
struct log {
	atomic_ulong next;
	struct record records[LOG];
};

struct world {
	uint64_t seed;
	long end;			/* ms */
	int processes, threads, helpers;
	int failing;			/* allocations fail on demand */
	uint32_t pages;			/* of an arena */
	pid_t main;
	pid_t workers[MOST_PROCESSES];
	atomic_int stop, failed, calm, children, reporting;
	atomic_uint streams;
	atomic_long operations, checked, written, forks, kills, killed, starved, failures, swapoffs, swapoffs_failed,
		interventions;
	struct log object_log, agent_log;
	struct object_page objects[OBJECTS][OBJECT_PAGES];
};

struct thread {
	int number;
	int depth;		/* 0: worker, 1: its child, ... */
	uint32_t first, pages;	/* it touches only these */
	uint64_t random;
	uint64_t stream, counter;
	sigjmp_buf *volatile expected;	/* a fault goes there */
	uint64_t buffer[WORDS];
};

extern struct world *world;
extern struct shadow *shadow;
extern struct log *own_log;
extern atomic_int ending;	/* of this process */
extern __thread struct thread *me;
extern int object_fd[OBJECTS], object_there[OBJECTS];

#define AT(i) (ARENA + (size_t)(i) * PAGE)
#define HOME_OF(object, i) (HOME + ((size_t)(object) * OBJECT_PAGES + (i)) * PAGE)

enum op {
	OP_READ, OP_WRITE, OP_PIPE, OP_PROC_MEM, OP_CHECK, OP_FORBIDDEN, OP_HOME, OP_OBJECT_IO,
	OP_MMAP, OP_MMAP_HINT, OP_MMAP_OBJECT, OP_MUNMAP, OP_MPROTECT, OP_MOVE, OP_GROW, OP_SHRINK,
	OP_ADVISE, OP_POPULATE, OP_DISCARD, OP_FREE, OP_FORK_FLAGS, OP_PUNCH, OP_MLOCK, OP_MINCORE,
	OP_FORK, OP_EXIT, OPS,
};

extern const char *const op_names[OPS];

/* shadow.c */
uint64_t mix(uint64_t x);
uint32_t below(uint32_t limit);
int one_in(int n);
void lock_pages(uint32_t first, uint32_t count);
void unlock_pages(uint32_t first, uint32_t count);
int try_lock_page(uint32_t i);
uint64_t new_content(void);
void write_words(volatile uint64_t *p, uint64_t content);
int wrong_word(const volatile uint64_t *p, uint64_t content, int or_zero, int all);
struct record *note(enum op op, uint32_t first, uint32_t count, int argument);
void wrong_page(uint32_t i, const char *how, const volatile uint64_t *p, uint64_t content, int word);
void wrong_call(const char *what, uint32_t first, uint32_t count);

/* object.c */
void make_objects(void);
void remove_objects(void);
int try_lock_object(int object, uint32_t at);
void lock_object(int object, uint32_t at);
void unlock_object(int object, uint32_t at);
void note_object(enum op op, int object, uint32_t first, uint32_t count, int argument);
void wrong_object(int object, uint32_t at, const char *how, const volatile uint64_t *p, int word);
void op_home(uint32_t first, uint32_t count);
void op_object_io(uint32_t first, uint32_t count);
void op_punch(uint32_t first, uint32_t count);
void check_objects(void);

/* contents.c */
void check_pages(uint32_t first, uint32_t count, int all);
void op_read(uint32_t first, uint32_t count);
void op_write(uint32_t first, uint32_t count);
void op_pipe(uint32_t first, uint32_t count);
void op_proc_mem(uint32_t first, uint32_t count);
void op_check(uint32_t first, uint32_t count);
void op_forbidden(uint32_t first, uint32_t count);

/* mapping.c */
void map_fresh(uint32_t first, uint32_t count, int prot, int flags);
void op_mmap(uint32_t first, uint32_t count);
void op_mmap_hint(uint32_t first, uint32_t count);
void op_mmap_object(uint32_t first, uint32_t count);
void op_munmap(uint32_t first, uint32_t count);
void op_mprotect(uint32_t first, uint32_t count);
void op_move(uint32_t first, uint32_t count);
void op_grow(uint32_t first, uint32_t count);
void op_shrink(uint32_t first, uint32_t count);

/* advice.c */
void op_advise(uint32_t first, uint32_t count);
void op_populate(uint32_t first, uint32_t count);
void op_discard(uint32_t first, uint32_t count);
void op_free(uint32_t first, uint32_t count);
void op_fork_flags(uint32_t first, uint32_t count);
void op_mlock(uint32_t first, uint32_t count);
void op_mincore(uint32_t first, uint32_t count);

/* process.c */
void new_thread_state(struct thread *t, int number, uint64_t seed);
void run_operations(long most);
void op_fork(uint32_t first, uint32_t count);
void reap_children(void);
void count_end(int status, const char *who);
int worker(int slot, int incarnation);

/* agent.c */
int agent(void);
void save_knobs(void);
void restore_knobs(void);
void swap_everything_on(void);

static inline int kind_all(uint32_t first, uint32_t count, unsigned int kinds)
{
	for (uint32_t i = first; i < first + count; i++)
		if (!(kinds >> shadow[i].kind & 1))
			return 0;
	return 1;
}

#define MAPPED (1u << PRIVATE | 1u << SHARED | 1u << PRIVATE_FILE)

/* Short memory, or a failure on demand. => whether to try again */
int again(int times);

/* What must happen for the shadow to be right is tried until it does. */
#define INSIST(call)                                                                               \
	({                                                                                         \
		long result_;                                                                      \
		for (int times_ = 0; (result_ = (long)(call)) == -1 && again(times_); times_++)    \
			;                                                                          \
		result_;                                                                           \
	})

#endif
