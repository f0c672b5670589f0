/* splice: bytes go from a file through a pipe into another, at offsets, and its rules. */
/* quire-test: */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define BYTES	(3 * PAGE + 100)

static char text[BYTES], back[BYTES];

static int temporary(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	unlink(name);
	return fd;
}

static void through_a_pipe(void)
{
	int from = temporary("/tmp/splice-from"), to = temporary("/tmp/splice-to"), ends[2];
	loff_t at = PAGE, out = 7;
	ssize_t n;

	pipe(ends);
	for (unsigned int i = 0; i < BYTES; i++)
		text[i] = i * 7 + i / 256;
	write(from, text, BYTES);
	lseek(from, 0, SEEK_SET);
	is(splice(from, NULL, ends[1], NULL, 2 * PAGE, 0), 2 * PAGE, "two pages of a file go into a pipe");
	is(lseek(from, 0, SEEK_CUR), 2 * PAGE, "its position is behind them");
	is(splice(ends[0], NULL, to, NULL, BYTES, 0), 2 * PAGE, "and into another file");
	is(splice(from, &at, ends[1], NULL, BYTES, 0), BYTES - PAGE, "from an offset on: to the end");
	is(at, BYTES, "the offset is behind them");
	is(lseek(from, 0, SEEK_CUR), 2 * PAGE, "the position has not moved");
	is(splice(ends[0], NULL, to, &out, 3, 0), 3, "three bytes to an offset");
	is(out, 10, "which is behind them");
	n = pread(to, back, BYTES, 0);
	is(n, 2 * PAGE, "the other file has two pages");
	ok(!memcmp(back, text, 7) && !memcmp(back + 7, text + PAGE, 3) && !memcmp(back + 10, text + 10, n - 10),
	   "with those bytes in them");
	lseek(from, 0, SEEK_END);
	is(splice(from, NULL, ends[1], NULL, PAGE, 0), 0, "nothing at the end of a file");
	close(ends[0]);
	close(ends[1]);
	close(from);
	close(to);
}

static void rules(void)
{
	int file = temporary("/tmp/splice-rules"), ends[2];
	loff_t at = 0;

	pipe(ends);
	write(file, text, BYTES);
	ok(splice(file, &at, file, NULL, 1, 0) == -1 && errno == EINVAL, "one of the two must be a pipe");
	ok(splice(ends[0], NULL, ends[1], NULL, 1, 0) == -1 && errno == EINVAL, "a pipe does not go into itself");
	ok(splice(file, NULL, ends[1], &at, 1, 0) == -1 && errno == ESPIPE, "a pipe has no offsets");
	ok(splice(file, NULL, ends[0], NULL, 1, 0) == -1 && errno == EBADF, "its reading end can't be written to");
	ok(splice(ends[0], NULL, file, NULL, 1, SPLICE_F_NONBLOCK) == -1 && errno == EAGAIN, "an empty pipe, without waiting");
	is(splice(file, NULL, ends[1], NULL, 0, 0), 0, "nothing is nothing");
	close(ends[1]);
	is(splice(ends[0], NULL, file, NULL, 1, 0), 0, "a pipe without writers has an end");
	close(ends[0]);
	close(file);
}

int main(void)
{
	plan(18);
	through_a_pipe();
	rules();
	return done();
}
