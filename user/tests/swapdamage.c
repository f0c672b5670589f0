/* What is left of memory when its swap disk is no good: `swapdamage MB` fills so much, sends it out, reads it back.
 *
 * Prints "right N lost N wrong N" in pages: lost is what gives SIGBUS. Wrong must be 0 whatever the disk does.
 */
#include <user/lib/memory.h>

/* Once: the pages are written, and stay in the swap cache. Again, unchanged: they leave memory. */
static void send_out(char *p, size_t length)
{
	for (int round = 0; round < 2; round++) {
		madvise(p, length, MADV_PAGEOUT);
		sleep_ms(100);
		for (size_t at = 0; !round && at < length; at += PAGE)
			try_read(p + at);
	}
}

int main(int argc, char **argv)
{
	size_t length = (argc > 1 ? atol(argv[1]) : 8) * MB;
	long right = 0, lost = 0, wrong = 0;
	char *p = map_small(length);

	catch_faults();
	fill(p, length, 1);
	send_out(p, length);
	printf("in swap %ld kB\n", smaps_kb(p, "Swap"));
	for (size_t at = 0; at < length; at += PAGE) {
		volatile uint64_t *first = (uint64_t *)(p + at), *last = (uint64_t *)(p + at + PAGE - 8);

		if (try_read(first))
			lost++;
		else if (*first == pattern(1, at) && *last == ~pattern(1, at))
			right++;
		else
			wrong++;
	}
	printf("right %ld lost %ld wrong %ld\n", right, lost, wrong);
	return wrong != 0;
}
