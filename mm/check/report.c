/* mm/check/report.c - what was found wrong, and whether it was wrong before.
 */
#include <mm/check/check_internal.h>
#include <kernel/lib/printf.h>

static unsigned int place_of(u64 suspect)
{
	return (suspect * 0x9e3779b97f4a7c15ULL) >> (64 - SUSPECT_BITS);
}

static void remember(struct suspects *s, u64 suspect)
{
	unsigned int at = place_of(suspect);

	while (s->places[at] && s->places[at] != suspect)
		at = (at + 1) % SUSPECT_PLACES;
	if (s->places[at])
		return;
	if (s->nr < MAX_SUSPECTS)
		s->places[at] = suspect;
	s->nr++;
}

static bool is_among(const struct suspects *s, u64 suspect)
{
	/* There were more than we can remember: then this may have been one of them. */
	if (s->nr > MAX_SUSPECTS)
		return true;
	for (unsigned int at = place_of(suspect); s->places[at]; at = (at + 1) % SUSPECT_PLACES)
		if (s->places[at] == suspect)
			return true;
	return false;
}

void check_fail(struct check *c, enum invariant inv, u64 key, const char *fmt, ...)
{
	u64 suspect = key * 32 + inv;	/* never 0, which is an empty place */
	va_list args;

	if (c->round && !is_among(&c->before, suspect))
		return;
	remember(&c->suspects, suspect);
	c->violations++;
	c->used += scnprintf(c->report + c->used, c->len - c->used, "I%d: ", inv);
	va_start(args, fmt);
	c->used += vscnprintf(c->report + c->used, c->len - c->used, fmt, args);
	va_end(args);
	c->used += scnprintf(c->report + c->used, c->len - c->used, "\n");
}
