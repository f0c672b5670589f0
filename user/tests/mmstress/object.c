/* user/tests/mmstress/object.c - memory that all processes share. */
#include <user/tests/mmstress/world.h>

#include <sched.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int object_fd[OBJECTS], object_there[OBJECTS];

static const char path[] = "/dev/shm/mmstress";

enum { MEMFD, TMPFS, ANONYMOUS, SYSTEM_V };

static void map_home(int object, int flags)
{
	char *home = HOME_OF(object, 0);

	if (mmap(home, OBJECT_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | flags,
		 object_fd[object], 0) == home)
		object_there[object] = 1;
}

void make_objects(void)
{
	int id = shmget(IPC_PRIVATE, OBJECT_PAGES * PAGE, IPC_CREAT | 0600);

	object_fd[MEMFD] = memfd_create("mmstress", 0);
	object_fd[TMPFS] = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	object_fd[ANONYMOUS] = object_fd[SYSTEM_V] = -1;
	for (int i = 0; i <= TMPFS; i++)
		if (object_fd[i] >= 0 && !ftruncate(object_fd[i], OBJECT_PAGES * PAGE))
			map_home(i, 0);
	map_home(ANONYMOUS, MAP_ANONYMOUS);
	if (id >= 0) {
		object_there[SYSTEM_V] = shmat(id, HOME_OF(SYSTEM_V, 0), 0) == HOME_OF(SYSTEM_V, 0);
		shmctl(id, IPC_RMID, NULL);
	}
	for (int object = 0; object < OBJECTS; object++)
		for (int i = 0; i < OBJECT_PAGES; i++)
			world->objects[object][i].epoch = 1;
}

void remove_objects(void)
{
	for (int object = 0; object < OBJECTS; object++)
		munmap(HOME_OF(object, 0), OBJECT_PAGES * PAGE);
	close(object_fd[MEMFD]);
	close(object_fd[TMPFS]);
	unlink(path);
}

/* --- locks ------------------------------------------------------------------------------------- */

int try_lock_object(int object, uint32_t at)
{
	unsigned int free = 0;

	return atomic_compare_exchange_strong(&world->objects[object][at].lock, &free, getpid());
}

/*
 * The holder has ended: what the page holds, nobody can say. If it was about to make the object long again, that is to
 * be done now; everything behind the cut was its own, and is still locked.
 */
static int inherit(int object, uint32_t at)
{
	struct object_page *page = &world->objects[object][at];
	unsigned int owner = atomic_load(&page->lock);

	if (!owner || !kill(owner, 0) || errno != ESRCH ||
	    !atomic_compare_exchange_strong(&page->lock, &owner, getpid()))
		return 0;
	if (object_fd[object] >= 0 && INSIST(ftruncate(object_fd[object], OBJECT_PAGES * PAGE)))
		wrong_call("ftruncate for who was killed", at, 0);
	page->content = UNKNOWN;
	return 1;
}

void lock_object(int object, uint32_t at)
{
	for (int tries = 1; !try_lock_object(object, at); tries++) {
		if (tries < 20) {
			sched_yield();
			continue;
		}
		if (inherit(object, at))
			return;
		reap_children();
		sleep_ms(1);
	}
}

void unlock_object(int object, uint32_t at)
{
	atomic_store(&world->objects[object][at].lock, 0);
}

/* --- operations --------------------------------------------------------------------------------- */

static int pick_object(unsigned int kinds)
{
	int object;

	do
		object = below(OBJECTS);
	while (!object_there[object] || !(kinds >> object & 1));
	return object;
}

static void check_home(int object, uint32_t at, const volatile uint64_t *p, const char *how, int all)
{
	struct object_page *page = &world->objects[object][at];
	int word;

	if (page->content == UNKNOWN)
		return;
	word = wrong_word(p, page->content, 0, all);
	if (word >= 0)
		wrong_object(object, at, how, p, word);
}

/* Through the window that every process has. */
void op_home(uint32_t first, uint32_t count)
{
	int object = pick_object(~0u), write = !atomic_load(&world->calm) && one_in(2);

	first = below(OBJECT_PAGES);
	note_object(OP_HOME, object, first, count, write);
	for (uint32_t at = first; at < first + count && at < OBJECT_PAGES; at++) {
		volatile uint64_t *p = (uint64_t *)HOME_OF(object, at);

		if (!try_lock_object(object, at))
			continue;
		check_home(object, at, p, "an object, through its window", one_in(8));
		if (write) {
			uint64_t content = new_content();

			world->objects[object][at].content = UNKNOWN;
			write_words(p, content);
			world->objects[object][at].content = content;
			atomic_fetch_add_explicit(&world->written, 1, memory_order_relaxed);
		}
		unlock_object(object, at);
	}
}

/* read() and write() of a file whose pages are mapped. */
void op_object_io(uint32_t first, uint32_t count)
{
	int object, write = !atomic_load(&world->calm) && one_in(2);

	if (!object_there[MEMFD] || !object_there[TMPFS])
		return;
	object = pick_object(1u << MEMFD | 1u << TMPFS);
	first = below(OBJECT_PAGES);
	note_object(OP_OBJECT_IO, object, first, count, write);
	for (uint32_t at = first; at < first + count && at < OBJECT_PAGES; at++) {
		if (!try_lock_object(object, at))
			continue;
		if (pread(object_fd[object], me->buffer, PAGE, at * PAGE) == (ssize_t)PAGE)
			check_home(object, at, me->buffer, "an object, by read()", 1);
		if (write) {
			uint64_t content = new_content();

			write_words(me->buffer, content);
			world->objects[object][at].content = UNKNOWN;
			if (pwrite(object_fd[object], me->buffer, PAGE, at * PAGE) == (ssize_t)PAGE)
				world->objects[object][at].content = content;
		}
		unlock_object(object, at);
	}
}

/* Cut off and made long again: private copies go as well. */
static long truncate_object(int object, uint32_t first)
{
	long result;

	for (uint32_t at = first; at < OBJECT_PAGES; at++)
		world->objects[object][at].epoch++;
	result = INSIST(ftruncate(object_fd[object], first * PAGE));
	if (INSIST(ftruncate(object_fd[object], OBJECT_PAGES * PAGE)))
		wrong_call("ftruncate to the old size", first, 0);
	return result;
}

/* A hole in an object: its pages are zeros, private copies stay. */
void op_punch(uint32_t first, uint32_t count)
{
	int object = pick_object(~0u), way = below(8);
	long result;

	first = below(OBJECT_PAGES);
	if (object_fd[object] < 0)
		way = 3;
	count = !way || first + count > OBJECT_PAGES ? OBJECT_PAGES - first : count;
	for (uint32_t at = first; at < first + count; at++) {
		lock_object(object, at);
		world->objects[object][at].content = UNKNOWN;
	}
	note_object(OP_PUNCH, object, first, count, way);
	if (!way)
		result = truncate_object(object, first);
	else if (way < 3)
		result = INSIST(fallocate(object_fd[object], 3 /* PUNCH_HOLE | KEEP_SIZE */, first * PAGE,
					  count * PAGE));
	else
		result = INSIST(madvise(HOME_OF(object, first), count * PAGE, MADV_REMOVE));
	if (result)
		wrong_call("a hole in an object", first, count);
	for (uint32_t at = first; at < first + count; at++) {
		world->objects[object][at].content = 0;
		unlock_object(object, at);
	}
}

/* At the end, alone. */
void check_objects(void)
{
	for (int object = 0; object < OBJECTS; object++)
		for (uint32_t at = 0; object_there[object] && at < OBJECT_PAGES; at++) {
			lock_object(object, at);
			check_home(object, at, (uint64_t *)HOME_OF(object, at), "an object, at the end", 1);
			unlock_object(object, at);
		}
}
