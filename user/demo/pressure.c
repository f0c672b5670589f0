/* user/demo/pressure.c - more memory than there is: workers that write their part of it again and again.
 *
 *	pressure [--vm WORKERS] [--vm-bytes N | N% | NM] [--rounds N] [--huge]
 *
 * Each worker maps the bytes once, keeps them, and writes a word into each page, round after round. With more bytes than
 * memory each round has to bring back what the round before has driven out. What was written is verified. --huge asks
 * for huge pages and gives every second half back in between: blocks of 2 MB become rare, and compaction has work.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	4096UL
#define HALF	(1UL << 20)

static size_t bytes_of(const char *text)
{
	struct sysinfo info;
	char *unit;
	size_t n = strtoul(text, &unit, 10);

	switch (*unit) {
	case '%':
		sysinfo(&info);
		return info.totalram * info.mem_unit / 100 * n;
	case 'k': case 'K':
		return n << 10;
	case 'm': case 'M':
		return n << 20;
	case 'g': case 'G':
		return n << 30;
	default:
		return n;
	}
}

/* => the number of wrong words */
static unsigned long write_all(char *memory, size_t bytes, unsigned long round)
{
	unsigned long wrong = 0;

	for (size_t at = 0; at + PAGE <= bytes; at += PAGE) {
		unsigned long *word = (unsigned long *)(memory + at);

		/* It was given back: zero. */
		if (*word && *word != at + round)
			wrong++;
		*word = at + round + 1;
	}
	return wrong;
}

static int worker(size_t bytes, unsigned long rounds, int huge)
{
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	unsigned long wrong = 0;

	if (memory == MAP_FAILED) {
		perror("pressure: mmap");
		return 1;
	}
	madvise(memory, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	for (unsigned long round = 0; round < rounds; round++) {
		wrong += write_all(memory, bytes, round);
		for (size_t at = 0; huge && at + 2 * HALF <= bytes; at += 2 * HALF)
			madvise(memory + at, HALF, MADV_DONTNEED);
	}
	if (wrong)
		fprintf(stderr, "pressure: %lu words are wrong\n", wrong);
	return wrong ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "vm", required_argument, NULL, 'v' }, { "vm-bytes", required_argument, NULL, 'b' },
		{ "rounds", required_argument, NULL, 'r' }, { "huge", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	unsigned long workers = 1, rounds = 3;
	size_t bytes = bytes_of("120%");
	int option, huge = 0, status, failed = 0;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'v')
			workers = strtoul(optarg, NULL, 10);
		else if (option == 'b')
			bytes = bytes_of(optarg);
		else if (option == 'r')
			rounds = strtoul(optarg, NULL, 10);
		else if (option == 'h')
			huge = 1;
		else
			return 2;
	}
	for (unsigned long i = 0; i < workers; i++)
		if (!fork())
			_exit(worker(bytes / workers, rounds, huge));
	while (wait(&status) > 0 || errno == EINTR)
		failed |= status;
	return failed ? 1 : 0;
}
