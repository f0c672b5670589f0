/* user/tests/mmstress/contents.c - pages are read and written, in every way there is. */
#include <user/tests/mmstress/world.h>

/* => whether the page's object, if it has one, is locked and known */
static int lock_behind(const struct shadow *s)
{
	return s->kind == PRIVATE || try_lock_object(s->object, s->at);
}

static void unlock_behind(const struct shadow *s)
{
	if (s->kind != PRIVATE)
		unlock_object(s->object, s->at);
}

/* Does a private page of an object hold its own contents? */
static int has_own_copy(const struct shadow *s)
{
	return s->kind == PRIVATE ||
	       (s->kind == PRIVATE_FILE && s->epoch && s->epoch == world->objects[s->object][s->at].epoch);
}

static uint64_t content_of(const struct shadow *s)
{
	return has_own_copy(s) ? s->content : world->objects[s->object][s->at].content;
}

/* => the page and what is behind it are locked */
static void check_at(uint32_t i, const volatile uint64_t *p, const char *how, int all)
{
	const struct shadow *s = &shadow[i];
	uint64_t content = content_of(s);
	int word;

	if (content == UNKNOWN)
		return;
	word = wrong_word(p, content, s->flags & FREED, all);
	if (word >= 0)
		wrong_page(i, how, p, content, word);
}

static void set_content(struct shadow *s, uint64_t content)
{
	if (s->kind == SHARED) {
		world->objects[s->object][s->at].content = content;
		return;
	}
	s->content = content;
	s->flags &= ~FREED;
	if (s->kind == PRIVATE_FILE)
		s->epoch = world->objects[s->object][s->at].epoch;
}

/* Everything that must be locked to touch the page. => 0: somebody else has it, or it may not be touched */
static int take(uint32_t i, int prot)
{
	if (!try_lock_page(i))
		return 0;
	if (shadow[i].kind != HOLE && (shadow[i].prot & prot) == prot && lock_behind(&shadow[i]))
		return 1;
	unlock_pages(i, 1);
	return 0;
}

static void give_back(uint32_t i)
{
	unlock_behind(&shadow[i]);
	unlock_pages(i, 1);
}

void check_pages(uint32_t first, uint32_t count, int all)
{
	for (uint32_t i = first; i < first + count; i++) {
		if (!take(i, PROT_READ))
			continue;
		check_at(i, (uint64_t *)AT(i), "a page", all);
		give_back(i);
	}
}

static uint32_t stride(void)
{
	return one_in(4) ? 1 + below(20) : 1;
}

void op_read(uint32_t first, uint32_t count)
{
	uint32_t step = stride();

	note(OP_READ, first, count, step);
	for (uint32_t i = first; i < first + count; i += step)
		check_pages(i, 1, one_in(8));
}

void op_check(uint32_t first, uint32_t count)
{
	(void)first;
	(void)count;
	note(OP_CHECK, me->first, me->pages, 0);
	check_pages(me->first, me->pages, 0);
}

/* The first word alone comes first now and then: 512 words in one go leave the kernel no time. */
void op_write(uint32_t first, uint32_t count)
{
	uint32_t step = stride();

	if (atomic_load(&world->calm))
		return;
	note(OP_WRITE, first, count, step);
	for (uint32_t i = first; i < first + count; i += step) {
		volatile uint64_t *p = (uint64_t *)AT(i);
		uint64_t content;

		if (!take(i, PROT_READ | PROT_WRITE))
			continue;
		if (!one_in(4))
			check_at(i, p, "a page, before it is written", 0);
		content = new_content();
		if (shadow[i].kind == SHARED)
			set_content(&shadow[i], UNKNOWN);
		write_words(p, content);
		set_content(&shadow[i], content);
		give_back(i);
		atomic_fetch_add_explicit(&world->written, 1, memory_order_relaxed);
	}
}

/* The kernel reads and writes the page for us: its own faults. => 0: no memory for the pipe, something may be left in it */
static int page_through_pipe(const int *gate, uint32_t i)
{
	int writable = shadow[i].prot & PROT_WRITE && !atomic_load(&world->calm);
	uint64_t content;

	if (write(gate[1], AT(i), PAGE) != (ssize_t)PAGE || read(gate[0], me->buffer, PAGE) != (ssize_t)PAGE)
		return 0;
	check_at(i, me->buffer, "a page, by write() to a pipe", 1);
	if (!writable)
		return 1;
	content = new_content();
	write_words(me->buffer, content);
	if (write(gate[1], me->buffer, PAGE) != (ssize_t)PAGE)
		return 0;
	if (shadow[i].kind == SHARED)
		set_content(&shadow[i], UNKNOWN);
	if (read(gate[0], AT(i), PAGE) == (ssize_t)PAGE) {
		set_content(&shadow[i], content);
		return 1;
	}
	write_words((uint64_t *)AT(i), content);
	set_content(&shadow[i], content);
	return 0;
}

void op_pipe(uint32_t first, uint32_t count)
{
	int gate[2], whole = 1;

	if (pipe(gate))
		return;
	note(OP_PIPE, first, count, 0);
	for (uint32_t i = first; whole && i < first + count && i < first + 16; i++) {
		if (!take(i, PROT_READ))
			continue;
		whole = page_through_pipe(gate, i);
		give_back(i);
	}
	close(gate[0]);
	close(gate[1]);
}

/* Short memory looks like a bad address there. All of a page is written, or nothing. */
static int write_mem(int fd, off_t at)
{
	for (int times = 0; times < 100; times++) {
		if (pwrite(fd, me->buffer, PAGE, at) == (ssize_t)PAGE)
			return 1;
		if (!world->failing)
			return 0;
		errno = ENOMEM;
		again(times);
	}
	return 0;
}

static void page_through_mem(int fd, uint32_t i)
{
	off_t at = (off_t)AT(i);
	uint64_t content;

	if (pread(fd, me->buffer, PAGE, at) == (ssize_t)PAGE)
		check_at(i, me->buffer, "a page, by /proc/self/mem", 1);
	if (!(shadow[i].prot & PROT_WRITE) || shadow[i].kind == SHARED || atomic_load(&world->calm))
		return;
	content = new_content();
	write_words(me->buffer, content);
	if (write_mem(fd, at))
		set_content(&shadow[i], content);
	else
		wrong_call("write() to /proc/self/mem", i, 1);
}

void op_proc_mem(uint32_t first, uint32_t count)
{
	int fd = open("/proc/self/mem", O_RDWR);

	if (fd < 0)
		return;
	note(OP_PROC_MEM, first, count, 0);
	for (uint32_t i = first; i < first + count && i < first + 16; i++) {
		if (!take(i, PROT_READ))
			continue;
		page_through_mem(fd, i);
		give_back(i);
	}
	close(fd);
}

/* => whether the access met a fault */
static int faults(volatile uint64_t *p, int write)
{
	sigjmp_buf here;

	if (sigsetjmp(here, 0)) {
		me->expected = NULL;
		return 1;
	}
	me->expected = &here;
	if (write)
		*p = 0xbad;
	else
		(void)*p;
	me->expected = NULL;
	return 0;
}

/* What is not mapped, or not for that, must fault: a TLB entry that outlived its mapping would let it through. */
void op_forbidden(uint32_t first, uint32_t count)
{
	note(OP_FORBIDDEN, first, count, 0);
	for (uint32_t i = first; i < first + count && i < first + 64; i++) {
		volatile uint64_t *p = (uint64_t *)AT(i);
		const struct shadow *s = &shadow[i];

		if (!try_lock_page(i))
			continue;
		if ((s->kind == HOLE || !(s->prot & PROT_READ)) && !faults(p, 0))
			wrong_page(i, "could be read", p, 0, -1);
		if (s->kind != HOLE && s->prot == PROT_READ && !faults(p, 1))
			wrong_page(i, "could be written", p, 0, -1);
		unlock_pages(i, 1);
	}
}
