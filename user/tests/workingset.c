/* Pages that come back from swap are counted, and those that are used again and again stay, whatever streams past them. */
/* quire-test: mem=96 swap=768 timeout=400 */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static size_t hot_size, stream_size;
static char *hot, *stream;

static long pages_present(const char *p, size_t length)
{
	long nr = 0;

	for (size_t at = 0; at < length; at += PAGE)
		nr += present(p + at);
	return nr;
}

/* fill() and wrong_pages() for steps of 1 MB. */
static long wrong_in_stream(size_t length)
{
	long wrong = 0;

	for (size_t at = 0; at < length; at += MB)
		wrong += wrong_pages(stream + at, MB, at);
	return wrong;
}

/* The stream is larger than memory and used only once; after each 1 MB of it all hot pages are looked at. */
static void keep_what_is_used(void)
{
	long activated = vmstat("workingset_activate_anon") + vmstat("pgactivate"), wrong = 0, here;

	fill(hot, hot_size, 2);
	for (size_t at = 0; at < stream_size; at += MB) {
		fill(stream + at, MB, at);
		wrong += wrong_pages(hot, hot_size, 2);
	}
	is(wrong, 0, "the hot pages are right all the time");
	ok(vmstat("workingset_activate_anon") + vmstat("pgactivate") > activated, "some were activated");
	here = pages_present(hot, hot_size);
	ok(here >= (long)(hot_size / PAGE * 3 / 4), "most of them are in memory at the end (%ld of %ld)", here,
	   (long)(hot_size / PAGE));
	here = pages_present(stream, stream_size / 2);
	ok(here < (long)(stream_size / 2 / PAGE / 4), "little is of the first half of the stream (%ld of %ld)",
	   here, (long)(stream_size / 2 / PAGE));
}

/* The begin of the stream has been out for long: each page that comes back is a refault. */
static void count_refaults(void)
{
	size_t part = stream_size / 8;
	long gone = part / PAGE - pages_present(stream, part), before = vmstat("workingset_refault_anon");
	long counted;

	is(wrong_in_stream(part), 0, "the begin of the stream comes back right");
	counted = vmstat("workingset_refault_anon") - before;
	ok(counted >= gone * 9 / 10, "each page that was out is counted (%ld, out were %ld)", counted, gone);
}

/* Used in turn again and again, they fit into memory: soon all of them stay, though others have to go for them. */
static void grow_into_memory(void)
{
	size_t size = stream_size / 4 & ~(MB - 1);
	long in;

	for (int i = 0; i < 4; i++)
		is(wrong_in_stream(size), 0, "round %d is right", i);
	in = vmstat("pswpin");
	is(wrong_in_stream(size), 0, "and the last");
	in = vmstat("pswpin") - in;
	ok(in < (long)(size / PAGE / 10), "by then they are all in memory (%ld were not)", in);
}

int main(void)
{
	size_t memory = (size_t)meminfo_kb("MemAvailable") * 1024 & ~(MB - 1);

	plan(12);
	hot_size = memory / 4 & ~(MB - 1);
	stream_size = (memory + memory / 2) & ~(8 * MB - 1);
	hot = map_small(hot_size);
	stream = map_small(stream_size);
	keep_what_is_used();
	count_refaults();
	grow_into_memory();
	return done();
}
