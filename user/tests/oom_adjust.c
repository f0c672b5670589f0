/* oom_score_adj: -1000 is never killed, 1000 goes first. */
/* quire-test: mem=96 swap=0 timeout=120 alone */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static int small_but_chosen(void *unused)
{
	(void)unused;
	spit("/proc/self/oom_score_adj", "1000");
	fill(map_small(24 * MB), 24 * MB, 1);
	for (;;)
		pause();
	return 0;
}

int main(void)
{
	int status = 0;
	size_t got = 0;
	long kills = vmstat("oom_kill");
	char *p;
	pid_t victim;

	plan(3);
	fflush(stdout);
	if (!(victim = fork()))
		_exit(small_but_chosen(NULL));
	sleep_ms(200);
	spit("/proc/self/oom_score_adj", "-1000");
	while (vmstat("oom_kill") == kills && got < 4096 * MB) {
		p = map_anon(MB);
		memset(p, 1, MB);
		got += MB;
	}
	waitpid(victim, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the chosen one is killed first");
	ok(got < 4096 * MB, "after we took %zu MB", got / MB);
	ok(1, "and we are alive");
	return done();
}
