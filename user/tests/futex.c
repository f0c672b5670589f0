/* futex: a word that changed is not waited for; a waiter is woken, or gives up in time. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

static volatile uint32_t *word;

static long futex(int operation, uint32_t value, struct timespec *timeout)
{
	return syscall(SYS_futex, word, operation, value, timeout, NULL, 0);
}

static int waiter(void *unused)
{
	(void)unused;
	while (*word == 1)
		futex(FUTEX_WAIT, 1, NULL);
	return *word == 2 ? 0 : 1;
}

int main(void)
{
	struct timespec moment = { 0, 50000000 };
	int status, woken = 0;
	long began;

	plan(7);
	word = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*word = 1;
	fails_with(EAGAIN, futex(FUTEX_WAIT, 5, NULL), "another value: EAGAIN");
	began = now_ms();
	fails_with(ETIMEDOUT, futex(FUTEX_WAIT, 1, &moment), "nobody wakes: ETIMEDOUT");
	ok(now_ms() - began >= 49, "after the time");
	is(futex(FUTEX_WAKE, 1, NULL), 0, "nobody to wake");
	fflush(stdout);
	if (!fork())
		_exit(waiter(NULL));
	sleep_ms(100);
	*word = 2;
	ok(within_ms(3000, (woken += futex(FUTEX_WAKE, 1, NULL)) > 0), "a process in shared memory is woken");
	wait(&status);
	is(status, 0, "and goes on");
	fails_with(EFAULT, syscall(SYS_futex, 8, FUTEX_WAIT, 0, NULL, NULL, 0), "wild pointer: EFAULT");
	return done();
}
