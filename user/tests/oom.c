/* Without memory and swap the largest program is killed; the others live, and the log says who. */
/* quire-test: mem=96 swap=0 timeout=120 alone */
#define _GNU_SOURCE
#include <sys/klog.h>
#include <sys/sysinfo.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static int eat(void *unused)
{
	(void)unused;
	for (;;)
		memset(map_anon(MB), 1, MB);
	return 0;
}

static int eat_a_little(int gate)
{
	char *p = map_small(8 * MB), c;

	fill(p, 8 * MB, 1);
	read(gate, &c, 1);
	return wrong_pages(p, 8 * MB, 1) != 0;
}

int main(void)
{
	static char log[1 << 18];
	long kills = vmstat("oom_kill");
	int gate[2], status, n;
	pid_t small;

	plan(5);
	pipe(gate);
	fflush(stdout);
	if (!(small = fork())) {
		close(gate[1]);
		_exit(eat_a_little(gate[0]));
	}
	sleep_ms(200);
	is(in_child(eat, NULL), 1000 + SIGKILL, "who eats everything is killed");
	is(vmstat("oom_kill"), kills + 1, "oom_kill counts it");
	close(gate[1]);
	waitpid(small, &status, 0);
	is(status, 0, "the small one lives and has its data");
	n = klogctl(3, log, sizeof(log) - 1);
	log[n > 0 ? n : 0] = 0;
	ok(strstr(log, "Out of memory") && strstr(log, "Killed process"), "the log says so");
	ok(within_ms(3000, meminfo_kb("MemFree") > meminfo_kb("MemTotal") / 4), "memory is back");
	return done();
}
