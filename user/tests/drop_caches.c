/* /proc/sys/vm/drop_caches: what it takes, what it counts, and that nobody loses anything. */
/* quire-test: mem=96 swap=64 timeout=120 */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define KNOB "/proc/sys/vm/drop_caches"
#define SIZE (8 * MB)

static long slab_kb(void)
{
	return (vmstat("nr_slab_reclaimable") + vmstat("nr_slab_unreclaimable")) * (long)(PAGE / 1024);
}

/* Many small areas and children: a lot of small objects of the kernel's, all of which are free again afterwards. */
static void use_slabs(void)
{
	char *p = map_small(SIZE);

	for (size_t at = 0; at < SIZE; at += 2 * PAGE)
		mprotect(p + at, PAGE, PROT_READ);
	for (int i = 0; i < 4; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	munmap(p, SIZE);
}

int main(void)
{
	char *p = map_small(SIZE);
	long pages = vmstat("drop_pagecache"), slabs = vmstat("drop_slab"), before, peak, after;

	plan(13);
	is(spit(KNOB, "0"), -1, "0 is refused");
	is(errno, EINVAL, "EINVAL");
	is(spit(KNOB, "5"), -1, "and so is 5");
	is(spit(KNOB, "4"), 0, "4 only keeps it out of the log");
	is(vmstat("drop_pagecache") - pages + vmstat("drop_slab") - slabs, 0, "and drops nothing");
	fill(p, SIZE, 1);
	is(spit(KNOB, "1"), 0, "1 drops pages of files");
	is(vmstat("drop_pagecache") - pages, 1, "drop_pagecache counts it");
	is(vmstat("drop_slab") - slabs, 0, "drop_slab does not");
	spit(KNOB, "3");
	before = slab_kb();
	use_slabs();
	peak = slab_kb();
	is(spit(KNOB, "2"), 0, "2 drops small objects");
	is(vmstat("drop_slab") - slabs, 2, "drop_slab counts it, and the 3 before");
	after = slab_kb();
	ok(after <= before + 1024, "slabs that nobody uses come back (%ld, %ld, %ld kB)", before, peak, after);
	is(wrong_pages(p, SIZE, 1), 0, "a program has lost nothing");
	is(smaps_kb(p, "Rss"), SIZE / 1024, "all of it is still in memory");
	return done();
}
