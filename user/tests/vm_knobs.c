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

int main(void)
{
	plan(7);
	knob("swappiness", "100");
	knob("min_free_kbytes", "3000");
	knob("watermark_scale_factor", "50");
	knob("page-cluster", "2");
	knob("overcommit_memory", "1");
	ok(spit("/proc/sys/vm/swappiness", "999") && errno == EINVAL, "swappiness 999: EINVAL");
	ok(spit("/proc/sys/vm/swappiness", "many") && errno == EINVAL, "swappiness many: EINVAL");
	return done();
}
