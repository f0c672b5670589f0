/* Pipes: order, end of file, EPIPE, full and empty, atomic small writes. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/ioctl.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static int ends[2];

static int writer(void *unused)
{
	uint32_t i;

	(void)unused;
	close(ends[0]);
	for (i = 0; i < 100000; i++)
		if (write(ends[1], &i, 4) != 4)
			return 1;
	return 0;
}

int main(void)
{
	char buffer[65536];
	uint32_t word, expected = 0;
	int status, waiting, n;
	pid_t pid;
	long room = 0;

	plan(14);
	is(pipe(ends), 0, "pipe");
	fflush(stdout);
	if (!(pid = fork()))
		_exit(writer(NULL));
	close(ends[1]);
	while (read(ends[0], &word, 4) == 4 && word == expected)
		expected++;
	is(expected, 100000, "100000 words come in order");
	is(read(ends[0], &word, 4), 0, "then the end: no writer is left");
	waitpid(pid, &status, 0);
	is(status, 0, "the writer is content");
	close(ends[0]);
	pipe2(ends, O_NONBLOCK);
	fails_with(EAGAIN, read(ends[0], &word, 4), "empty: EAGAIN when asked not to wait");
	while ((n = write(ends[1], buffer, 4096)) > 0)
		room += n;
	is(errno, EAGAIN, "full: EAGAIN");
	is(room, 65536, "after 64 KB");
	is(ioctl(ends[0], FIONREAD, &waiting), 0, "FIONREAD");
	is(waiting, 65536, "tells what is waiting");
	is(read(ends[0], buffer, 65536), 65536, "one read takes all");
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	fails_with(EPIPE, write(ends[1], "x", 1), "no reader: EPIPE");
	signal(SIGPIPE, SIG_DFL);
	if (!(pid = fork())) {
		write(ends[1], "x", 1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE, "and SIGPIPE");
	fails_with(ESPIPE, lseek(ends[1], 0, SEEK_SET), "no seeking in a pipe");
	fails_with(EBADF, read(ends[1], buffer, 1), "no reading from the write end");
	return done();
}
