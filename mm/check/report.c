/* mm/check/report.c - what was found wrong, and whether it was wrong before.
 */
#include <mm/check/check_internal.h>
#include <kernel/lib/printf.h>

static bool suspected_before(const struct check *c, u64 suspect)
{
	for (unsigned int i = 0; i < c->nr_before; i++)
		if (c->before[i] == suspect)
			return true;
	/* There were more than we can remember: then this may have been one of them. */
	return c->nr_before == MAX_SUSPECTS;
}

void check_fail(struct check *c, enum invariant inv, u64 key, const char *fmt, ...)
{
	u64 suspect = key * 32 + inv;
	va_list args;

	if (c->round && !suspected_before(c, suspect))
		return;
	if (c->nr_suspects < MAX_SUSPECTS)
		c->suspects[c->nr_suspects++] = suspect;
	c->violations++;
	c->used += scnprintf(c->report + c->used, c->len - c->used, "I%d: ", inv);
	va_start(args, fmt);
	c->used += vscnprintf(c->report + c->used, c->len - c->used, fmt, args);
	va_end(args);
	c->used += scnprintf(c->report + c->used, c->len - c->used, "\n");
}
