/* swapoff while processes fork, end, write and send pages out; interrupted by a signal; without enough memory. */
/* quire-test: mem=96 swap=256 cpus=2 timeout=240 alone */
#define _GNU_SOURCE
#include <sys/swap.h>
#include <sys/time.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define WORKERS 3
#define LENGTH (6 * MB)
#define ROUNDS 12

static volatile int *stop;

/* One round: all pages out, half of them back, and a child that looks at all of them while they change here. */
static int round_of_work(char *p, uint64_t seed)
{
	int status;
	pid_t pid;

	fill(p, LENGTH, seed);
	madvise(p, LENGTH, MADV_PAGEOUT);
	pid = fork();
	if (pid < 0)
		return 1;
	if (!pid)
		_exit(wrong_pages(p, LENGTH, seed) != 0);
	if (wrong_pages(p, LENGTH / 2, seed))
		return 2;
	fill(p, LENGTH / 2, seed + 1);
	madvise(p, LENGTH, MADV_PAGEOUT);
	if (waitpid(pid, &status, 0) != pid || status)
		return 3;
	return wrong_pages(p, LENGTH / 2, seed + 1) ? 4 : 0;
}

static int worker(int number)
{
	int wrong = 0;

	for (uint64_t round = 0; !*stop && !wrong; round++) {
		char *p = map_anon(LENGTH);	/* small or huge, as it comes */

		wrong = round_of_work(p, number * 1000 + 2 * round);
		munmap(p, LENGTH);
	}
	return wrong;
}

static void among_processes(void)
{
	int off = 0, refused = 0, other = 0, wrong = 0, status;
	pid_t pids[WORKERS];

	for (int i = 0; i < WORKERS; i++)
		if (!(pids[i] = fork()))
			_exit(worker(i + 1));
	for (int i = 0; i < ROUNDS; i++) {
		if (!swapoff("/dev/vda")) {
			off++;
			other += swapon("/dev/vda", 0) != 0;
		} else if (errno == ENOMEM) {
			refused++;
		} else {
			other++;
		}
		sleep_ms(50);	/* let something go out again */
	}
	*stop = 1;
	for (int i = 0; i < WORKERS; i++)
		if (waitpid(pids[i], &status, 0) != pids[i] || status) {
			diag("process %d: status %x", i, status);
			wrong++;
		}
	diag("swapoff: %d done, %d without memory", off, refused);
	ok(off > 0, "swapoff comes to its end among busy processes");
	is(other, 0, "and fails for want of memory only");
	is(wrong, 0, "every page was right in all of them");
}

static void on_alarm(int number)
{
	(void)number;
}

#define HOLDERS 12
#define HELD (4 * MB)

/* Has its pages out, says so, waits for the gate, and looks at them. */
static void holder(int ready, int gate, uint64_t seed)
{
	char *p = map_small(HELD), c = 0;

	fill(p, HELD, seed);
	madvise(p, HELD, MADV_PAGEOUT);
	write(ready, &c, 1);
	read(gate, &c, 1);
	_exit(wrong_pages(p, HELD, seed) != 0);
}

/* Many processes: Linux looks for a signal when it goes from one to the next. */
static void interrupted(void)
{
	struct itimerval soon = { { 0, 5000 }, { 0, 5000 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = on_alarm };
	int ready[2], gate[2], status, wrong = 0;
	pid_t pids[HOLDERS];
	char c;

	if (pipe(ready) || pipe(gate))
		fatal("pipe");
	for (int i = 0; i < HOLDERS; i++) {
		if (!(pids[i] = fork())) {
			close(gate[1]);
			holder(ready[1], gate[0], i + 100);
		}
	}
	for (int i = 0; i < HOLDERS; i++)
		read(ready[0], &c, 1);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	fails_with(EINTR, swapoff("/dev/vda"), "a signal interrupts swapoff");
	setitimer(ITIMER_REAL, &never, NULL);
	ok(meminfo_kb("SwapTotal") > 0, "the area is in use as before");
	is(swapoff("/dev/vda"), 0, "the next one comes to its end");
	close(gate[1]);
	for (int i = 0; i < HOLDERS; i++)
		wrong += waitpid(pids[i], &status, 0) != pids[i] || status;
	is(wrong, 0, "every page is right in all processes");
	is(swapon("/dev/vda", 0), 0, "swapon");
}

static void without_memory(void)
{
	size_t length = 128 * MB;
	char *p;

	if (access(THP "swap", F_OK)) {
		skip(3, "Linux kills the one who calls swapoff");
		return;
	}
	p = map_small(length);
	fill(p, length, 9);
	fails_with(ENOMEM, swapoff("/dev/vda"), "more is out than memory holds: ENOMEM");
	ok(meminfo_kb("SwapTotal") > 0, "the area is in use as before");
	is(wrong_pages(p, length, 9), 0, "every page is right");
	munmap(p, length);
}

int main(void)
{
	plan(11);
	stop = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	among_processes();
	interrupted();
	without_memory();
	return done();
}
