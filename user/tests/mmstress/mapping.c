/* user/tests/mmstress/mapping.c - areas come, go, move and change what is allowed in them. */
#include <user/tests/mmstress/world.h>

static int random_prot(void)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE,
				     PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE };

	return prots[below(sizeof(prots) / sizeof(prots[0]))];
}

static void forget(uint32_t first, uint32_t count, struct shadow is)
{
	for (uint32_t i = first; i < first + count; i++) {
		struct shadow *s = &shadow[i];

		s->content = is.content;
		s->kind = is.kind;
		s->prot = is.prot;
		s->flags = is.flags;
		s->object = is.object;
		s->at = is.at + (is.kind > PRIVATE ? i - first : 0);
		s->epoch = 0;
	}
}

static void unmap(uint32_t first, uint32_t count)
{
	if (INSIST(munmap(AT(first), count * PAGE)))
		wrong_call("munmap", first, count);
	forget(first, count, (struct shadow){ .kind = HOLE });
}

/* => the pages are locked */
void map_fresh(uint32_t first, uint32_t count, int prot, int flags)
{
	char *p = (char *)INSIST(mmap(AT(first), count * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0));

	if (p != AT(first))
		wrong_call("mmap at a fixed address", first, count);
	forget(first, count, (struct shadow){ .kind = PRIVATE, .prot = prot });
}

void op_mmap(uint32_t first, uint32_t count)
{
	int prot = random_prot(), flags = MAP_FIXED;

	lock_pages(first, count);
	if (one_in(2) && kind_all(first, count, 1u << HOLE))
		flags = MAP_FIXED_NOREPLACE;
	if (one_in(6) && count <= 600 && !atomic_load(&world->calm))
		flags |= MAP_POPULATE;
	if (one_in(6))
		flags |= MAP_NORESERVE;
	note(OP_MMAP, first, count, prot);
	map_fresh(first, count, prot, flags);
	unlock_pages(first, count);
}

/* An address that is only a wish; then moved to where it belongs. */
void op_mmap_hint(uint32_t first, uint32_t count)
{
	int prot = PROT_READ | PROT_WRITE, free;
	char *p;

	count = count > 64 && one_in(2) ? 64 : count;
	lock_pages(first, count);
	free = kind_all(first, count, 1u << HOLE);
	note(OP_MMAP_HINT, first, count, free);
	p = (char *)INSIST(mmap(free || one_in(2) ? AT(first) : NULL, count * PAGE, prot,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	if (p == MAP_FAILED || (free && p != AT(first)))
		wrong_call("mmap with a hint", first, count);
	if (p == AT(first)) {
		forget(first, count, (struct shadow){ .kind = PRIVATE, .prot = prot });
	} else {
		uint64_t content = new_content();

		if (!atomic_load(&world->calm))
			write_words((uint64_t *)p, content);
		else
			content = 0;
		if (INSIST(mremap(p, count * PAGE, count * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, AT(first))) == -1)
			wrong_call("mremap into the arena", first, count);
		forget(first, count, (struct shadow){ .kind = PRIVATE, .prot = prot });
		shadow[first].content = content;
	}
	unlock_pages(first, count);
}

/* An object that has no file is mapped a second time by mremap of no length. */
static long map_object(int object, uint32_t first, uint32_t count, uint32_t at, int prot, int flags)
{
	long result;

	if (object_fd[object] >= 0)
		return INSIST(mmap(AT(first), count * PAGE, prot, flags | MAP_FIXED, object_fd[object], at * PAGE));
	result = INSIST(mremap(HOME_OF(object, at), 0, count * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, AT(first)));
	if (result == -1)
		return -1;
	return INSIST(mprotect(AT(first), count * PAGE, prot)) ? -1 : result;
}

void op_mmap_object(uint32_t first, uint32_t count)
{
	int object = below(OBJECTS), prot = random_prot(), private;
	uint32_t at;

	if (!object_there[object])
		return;
	count = count > OBJECT_PAGES ? OBJECT_PAGES : count;
	at = below(OBJECT_PAGES - count + 1);
	if (!one_in(3) && (at & ~511u) + (first & 511) + count <= OBJECT_PAGES)
		at = (at & ~511u) + (first & 511);
	private = object_fd[object] >= 0 && one_in(3);
	lock_pages(first, count);
	note(OP_MMAP_OBJECT, first, count, object * 10000 + at);
	if (map_object(object, first, count, at, prot, private ? MAP_PRIVATE : MAP_SHARED) != (long)AT(first))
		wrong_call("mapping an object", first, count);
	forget(first, count, (struct shadow){ .kind = private ? PRIVATE_FILE : SHARED, .prot = prot,
					      .object = object, .at = at });
	unlock_pages(first, count);
}

void op_munmap(uint32_t first, uint32_t count)
{
	lock_pages(first, count);
	note(OP_MUNMAP, first, count, 0);
	unmap(first, count);
	unlock_pages(first, count);
}

void op_mprotect(uint32_t first, uint32_t count)
{
	int prot = random_prot();

	lock_pages(first, count);
	if (kind_all(first, count, MAPPED)) {
		note(OP_MPROTECT, first, count, prot);
		if (INSIST(mprotect(AT(first), count * PAGE, prot)))
			wrong_call("mprotect", first, count);
		for (uint32_t i = first; i < first + count; i++)
			shadow[i].prot = prot;
	}
	unlock_pages(first, count);
}

static void move_shadow(uint32_t from, uint32_t to, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct shadow *s = &shadow[to + i], *o = &shadow[from + i];

		s->content = o->content;
		s->kind = o->kind;
		s->prot = o->prot;
		s->flags = o->flags;
		s->object = o->object;
		s->at = o->at;
		s->epoch = o->epoch;
	}
}

/* => both ranges are locked */
static void move(uint32_t first, uint32_t count, uint32_t to)
{
	int stay = kind_all(first, count, 1u << PRIVATE) && one_in(4);
	struct record *r = note(OP_MOVE, first, count, stay);
	long result;

	r->to = to;
	result = INSIST(mremap(AT(first), count * PAGE, count * PAGE,
			       MREMAP_MAYMOVE | MREMAP_FIXED | (stay ? 4 /* MREMAP_DONTUNMAP */ : 0), AT(to)));
	r->result = result == -1 ? -errno : 0;
	if (result == -1) {
		/* Several areas: nothing has moved, but the target may be gone. */
		if (errno != EFAULT)
			wrong_call("mremap", first, count);
		unmap(to, count);
		return;
	}
	if (result != (long)AT(to))
		wrong_call("mremap to elsewhere", first, count);
	move_shadow(first, to, count);
	if (!stay)
		forget(first, count, (struct shadow){ .kind = HOLE });
	for (uint32_t i = first; stay && i < first + count; i++) {
		shadow[i].content = 0;
		shadow[i].flags &= ~(FREED | LOCKED);
	}
}

void op_move(uint32_t first, uint32_t count)
{
	uint32_t to = me->first + below(me->pages - count + 1), low, high;

	if (!one_in(3))
		to = (to & ~511u) | (first & 511);
	if (to < me->first || to + count > me->first + me->pages || (to < first + count && first < to + count))
		return;
	low = first < to ? first : to;
	high = first < to ? to : first;
	lock_pages(low, count);
	lock_pages(high, count);
	if (kind_all(first, count, MAPPED))
		move(first, count, to);
	unlock_pages(high, count);
	unlock_pages(low, count);
}

/* => the pages behind are holes, locked. Wherever the kernel grows the area, it ends up in its place. */
static void grow(uint32_t first, uint32_t count, uint32_t more)
{
	size_t new_size = (count + more) * PAGE;
	int may_move = one_in(2) ? MREMAP_MAYMOVE : 0;
	struct record *r = note(OP_GROW, first, count + more, may_move);
	char *p = mremap(AT(first), count * PAGE, new_size, may_move);

	r->result = p == MAP_FAILED ? -errno : p != AT(first);
	if (p == MAP_FAILED) {
		if (errno != EFAULT && errno != ENOMEM && errno != EAGAIN)
			wrong_call("mremap to grow", first, count);
		return;
	}
	if (p != AT(first) && INSIST(mremap(p, new_size, new_size, MREMAP_MAYMOVE | MREMAP_FIXED, AT(first))) == -1)
		wrong_call("mremap back to the arena", first, count);
	forget(first + count, more, (struct shadow){ .kind = PRIVATE, .prot = shadow[first].prot,
						     .flags = shadow[first].flags & ~FREED });
}

void op_grow(uint32_t first, uint32_t count)
{
	uint32_t more = count / 2;

	count -= more;
	if (!more)
		return;
	lock_pages(first, count + more);
	if (kind_all(first, count, 1u << PRIVATE)) {
		if (one_in(2))
			unmap(first + count, more);
		if (kind_all(first + count, more, 1u << HOLE))
			grow(first, count, more);
	}
	unlock_pages(first, count + more);
}

void op_shrink(uint32_t first, uint32_t count)
{
	uint32_t left = count / 2;

	if (!left)
		return;
	lock_pages(first, count);
	if (kind_all(first, count, MAPPED)) {
		struct record *r = note(OP_SHRINK, first, count, left);
		long result = INSIST(mremap(AT(first), count * PAGE, left * PAGE, 0));

		r->result = result == -1 ? -errno : 0;
		if (result == (long)AT(first))
			forget(first + left, count - left, (struct shadow){ .kind = HOLE });
		else if (errno != EFAULT)
			wrong_call("mremap to shrink", first, count);
	}
	unlock_pages(first, count);
}
