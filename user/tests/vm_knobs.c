/* /proc/sys/vm: what is written is read back, what makes no sense is refused. */
/* quire-test: alone */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static void knob(const char *name, const char *value)
{
	char path[128], old[64] = "", now[64] = "";

	snprintf(path, sizeof(path), "/proc/sys/vm/%s", name);
	slurp(path, old, sizeof(old));
	spit(path, value);
	slurp(path, now, sizeof(now));
	ok(atol(now) == atol(value), "%s takes %s (was %.*s)", name, value, (int)strcspn(old, "\n"), old);
	spit(path, old);
}

static long min_free(void)
{
	char text[64] = "";

	slurp("/proc/sys/vm/min_free_kbytes", text, sizeof(text));
	return atol(text);
}

/* Huge pages want more to be free. Who has asked for a number gets no less; that it is raised he must bear. */
static void reserve_follows_huge_pages(void)
{
	long without, with;
	char text[32];

	spit(THP "enabled", "never");
	without = min_free();
	spit(THP "enabled", "always");
	with = min_free();
	ok(without > 0 && with > without, "huge pages raise min_free_kbytes, from %ld to %ld", without, with);
	spit(THP "enabled", "never");
	is(min_free(), without, "without them it is as before");
	snprintf(text, sizeof(text), "%ld", without + 100);
	spit("/proc/sys/vm/min_free_kbytes", text);
	spit(THP "enabled", "never");
	is(min_free(), without + 100, "what somebody has asked for stays");
	spit(THP "enabled", "madvise");
	ok(min_free() > without + 100, "but is raised by huge pages");
	spit(THP "khugepaged/scan_sleep_millisecs", "10000");
	spit("/proc/sys/vm/min_free_kbytes", text);
	spit(THP "khugepaged/scan_sleep_millisecs", "10000");
	is(min_free(), without + 100, "when they are enabled, at no other time");
	snprintf(text, sizeof(text), "%ld", with);
	spit("/proc/sys/vm/min_free_kbytes", text);
}

int main(void)
{
	plan(12);
	reserve_follows_huge_pages();
	knob("swappiness", "100");
	knob("min_free_kbytes", "3000");
	knob("watermark_scale_factor", "50");
	knob("page-cluster", "2");
	knob("overcommit_memory", "1");
	ok(spit("/proc/sys/vm/swappiness", "999") && errno == EINVAL, "swappiness 999: EINVAL");
	ok(spit("/proc/sys/vm/swappiness", "many") && errno == EINVAL, "swappiness many: EINVAL");
	return done();
}
