/* poll and select wait for what can be read or written, for hang-ups, and for time. */
/* quire-test: */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/select.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	struct pollfd fds[2];
	struct timeval tv = { 0, 1000 };
	fd_set set;
	long began;
	int ends[2];
	char c;

	plan(13);
	pipe(ends);
	fds[0] = (struct pollfd){ ends[0], POLLIN, 0 };
	fds[1] = (struct pollfd){ ends[1], POLLOUT, 0 };
	is(poll(fds, 1, 0), 0, "nothing to read");
	began = now_ms();
	is(poll(fds, 1, 100), 0, "nor within 100 ms");
	ok(now_ms() - began >= 99, "which it waited for");
	is(poll(fds, 2, 0), 1, "but there is room to write");
	ok(fds[1].revents == POLLOUT && fds[0].revents == 0, "POLLOUT");
	fflush(stdout);
	if (!fork()) {
		sleep_ms(100);
		write(ends[1], "x", 1);
		_exit(0);
	}
	is(poll(fds, 1, 5000), 1, "a write wakes the poll");
	is(fds[0].revents, POLLIN, "POLLIN");
	wait(NULL);
	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	is(select(ends[0] + 1, &set, NULL, NULL, &tv), 1, "select sees it, too");
	read(ends[0], &c, 1);
	FD_SET(ends[0], &set);
	is(select(ends[0] + 1, &set, NULL, NULL, &tv), 0, "and nothing after it was read");
	close(ends[1]);
	is(poll(fds, 1, 1000), 1, "no writer is left");
	is(fds[0].revents & POLLHUP, POLLHUP, "POLLHUP");
	fds[0].fd = 99;
	poll(fds, 1, 0);
	is(fds[0].revents, POLLNVAL, "a descriptor that isn't open: POLLNVAL");
	fds[0].fd = -1;
	is(poll(fds, 1, 0), 0, "a negative one is skipped");
	return done();
}
