/* user/tests/mmstress/advice.c - madvise, mlock, mincore. */
#include <user/tests/mmstress/world.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#define ADV_DONTNEED_LOCKED 24
#define ADV_COLLAPSE 25

#define MOST_LOCKED 1024	/* pages a process keeps locked */

static atomic_int locked;

/* No lock: contents stay, whatever the others do there meanwhile. Any answer is right. */
void op_advise(uint32_t first, uint32_t count)
{
	static const int advices[] = {
		MADV_HUGEPAGE, MADV_HUGEPAGE, MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_COLD, MADV_COLD, MADV_PAGEOUT,
		MADV_PAGEOUT, MADV_PAGEOUT, MADV_WILLNEED, MADV_POPULATE_READ, ADV_COLLAPSE, ADV_COLLAPSE,
		MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_DONTDUMP, MADV_DODUMP,
	};
	int advice = advices[below(sizeof(advices) / sizeof(advices[0]))];
	struct record *r = note(OP_ADVISE, first, count, advice);

	r->result = madvise(AT(first), count * PAGE, advice) ? -errno : 0;
}

/* Each in its turn, and what is private copies of an object is left out: a copy is made when the kernel likes. */
void op_populate(uint32_t first, uint32_t count)
{
	struct record *r;

	count = count > 512 ? 512 : count;
	if (atomic_load(&world->calm))
		return;
	lock_pages(first, count);
	if (kind_all(first, count, 1u << PRIVATE | 1u << SHARED)) {
		r = note(OP_POPULATE, first, count, 0);
		r->result = madvise(AT(first), count * PAGE, MADV_POPULATE_WRITE) ? -errno : 0;
		if (!r->result)
			for (uint32_t i = first; i < first + count; i++)
				/* It was written to, though nothing was: what is there now stays. */
				if (shadow[i].flags & FREED && shadow[i].prot & PROT_READ &&
				    !*(volatile uint64_t *)AT(i)) {
					shadow[i].content = 0;
					shadow[i].flags &= ~FREED;
				}
	}
	unlock_pages(first, count);
}

static void unlock_memory(uint32_t first, uint32_t count)
{
	int were = 0;

	for (uint32_t i = first; i < first + count; i++)
		were += !!(shadow[i].flags & LOCKED);
	if (!were)
		return;
	if (INSIST(munlock(AT(first), count * PAGE)))
		wrong_call("munlock", first, count);
	for (uint32_t i = first; i < first + count; i++)
		shadow[i].flags &= ~LOCKED;
	atomic_fetch_sub(&locked, were);
}

void op_discard(uint32_t first, uint32_t count)
{
	int advice = one_in(4) ? ADV_DONTNEED_LOCKED : MADV_DONTNEED;

	lock_pages(first, count);
	if (kind_all(first, count, MAPPED)) {
		if (advice == MADV_DONTNEED)
			unlock_memory(first, count);
		note(OP_DISCARD, first, count, advice);
		if (INSIST(madvise(AT(first), count * PAGE, advice)))
			wrong_call("MADV_DONTNEED", first, count);
		for (uint32_t i = first; i < first + count; i++) {
			shadow[i].content = 0;
			shadow[i].epoch = 0;
			shadow[i].flags &= ~FREED;
		}
	}
	unlock_pages(first, count);
}

void op_free(uint32_t first, uint32_t count)
{
	lock_pages(first, count);
	if (kind_all(first, count, 1u << PRIVATE)) {
		unlock_memory(first, count);
		note(OP_FREE, first, count, 0);
		if (INSIST(madvise(AT(first), count * PAGE, MADV_FREE)))
			wrong_call("MADV_FREE", first, count);
		for (uint32_t i = first; i < first + count; i++)
			shadow[i].flags |= FREED;
	}
	unlock_pages(first, count);
}

/* What a child will find. */
void op_fork_flags(uint32_t first, uint32_t count)
{
	static const struct {
		int advice, set, clear;
	} kinds[] = {
		{ MADV_WIPEONFORK, WIPED, 0 }, { MADV_KEEPONFORK, 0, WIPED }, { MADV_KEEPONFORK, 0, WIPED },
		{ MADV_DONTFORK, UNSHARED, 0 }, { MADV_DOFORK, 0, UNSHARED }, { MADV_DOFORK, 0, UNSHARED },
	};
	int k = below(sizeof(kinds) / sizeof(kinds[0]));

	lock_pages(first, count);
	if (kind_all(first, count, 1u << PRIVATE)) {
		note(OP_FORK_FLAGS, first, count, kinds[k].advice);
		if (INSIST(madvise(AT(first), count * PAGE, kinds[k].advice)))
			wrong_call("madvise about fork", first, count);
		for (uint32_t i = first; i < first + count; i++)
			shadow[i].flags = (shadow[i].flags & ~kinds[k].clear) | kinds[k].set;
	}
	unlock_pages(first, count);
}

/* => the pages are private and locked, in both senses. (From under a shared one others may take the object's page.) */
static void check_resident(uint32_t first, uint32_t count)
{
	unsigned char map[256];

	if (mincore(AT(first), count * PAGE, map))
		return;
	for (uint32_t i = 0; i < count; i++)
		if (!(map[i] & 1))
			wrong_page(first + i, "locked, and not in memory", NULL, 0, -1);
}

static void lock_memory(uint32_t first, uint32_t count)
{
	int on_fault = one_in(4);
	struct record *r = note(OP_MLOCK, first, count, on_fault);

	/* Some of it may be locked even if it fails, e.g. because a part may not be read. */
	for (uint32_t i = first; i < first + count; i++)
		shadow[i].flags |= LOCKED;
	atomic_fetch_add(&locked, count);
	r->result = (on_fault ? mlock2(AT(first), count * PAGE, 1) : mlock(AT(first), count * PAGE)) ? -errno : 0;
	if (!r->result && !on_fault && kind_all(first, count, 1u << PRIVATE))
		check_resident(first, count);
}

/* Private copies of objects are left out, as in op_populate. */
void op_mlock(uint32_t first, uint32_t count)
{
	count = count > 256 ? 256 : count;
	lock_pages(first, count);
	if (kind_all(first, count, 1u << PRIVATE | 1u << SHARED)) {
		int already = 0;

		for (uint32_t i = first; i < first + count; i++)
			already += !!(shadow[i].flags & LOCKED);
		if (!already && !atomic_load(&world->calm) && atomic_load(&locked) + count <= MOST_LOCKED)
			lock_memory(first, count);
		if (already || !one_in(4))
			unlock_memory(first, count);
	}
	unlock_pages(first, count);
}

void op_mincore(uint32_t first, uint32_t count)
{
	unsigned char map[2048];
	struct record *r = note(OP_MINCORE, first, count, 0);

	count = count > sizeof(map) ? sizeof(map) : count;
	r->result = mincore(AT(first), count * PAGE, map) ? -errno : 0;
}
