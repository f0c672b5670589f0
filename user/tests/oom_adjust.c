/* oom_score_adj: 1000 is killed first, -1000 never. */
/* quire-test: mem=96 swap=0 timeout=120 alone */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>
#include <user/lib/tracing.h>

static int gate[2], ready[2];

/* => a child with this score that holds memory, until the gate is closed */
static pid_t holder(const char *score, size_t length)
{
	pid_t pid = fork();
	char *p, c;

	if (pid) {
		read(ready[0], &c, 1);
		return pid;
	}
	close(gate[1]);
	spit("/proc/self/oom_score_adj", score);
	p = map_small(length);
	fill(p, length, 1);
	write(ready[1], "", 1);
	read(gate[0], &c, 1);
	_exit(wrong_pages(p, length, 1) != 0);
}

static int eat(void *unused)
{
	(void)unused;
	for (;;)
		memset(map_anon(MB), 1, MB);
	return 0;
}

int main(void)
{
	int status = 0;
	pid_t first, never;

	char line[160];

	plan(7);
	tracing_mount();
	tracing_start("oom:*");
	pipe(gate);
	pipe(ready);
	fflush(stdout);
	first = holder("1000", 16 * MB);
	never = holder("-1000", 24 * MB);
	is(in_child(eat, NULL), 1000 + SIGKILL, "who eats everything is killed at last");
	/* Nobody has opened the gate for it. It was killed, but may not have had a CPU to die on yet. */
	is(waitpid(first, &status, 0), first, "1000 was killed before it");
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "by SIGKILL");
	close(gate[1]);
	waitpid(never, &status, 0);
	is(status, 0, "-1000 lives and has its data");
	tracing_stop();
	snprintf(line, sizeof(line), "mark_victim: pid=%d comm=oom_adjust total-vm=", first);
	ok(trace_has(line), "the trace says who was killed");
	ok(strstr(trace_text, "kB anon-rss=") && strstr(trace_text, " oom_score_adj=1000\n"), "what it had, and its score");
	snprintf(line, sizeof(line), "oom_score_adj_update: pid=%d comm=oom_adjust oom_score_adj=-1000\n", never);
	ok(strstr(trace_text, line) != NULL, "and who set his score");
	tracing_write(T "tracing_on", "1");
	return done();
}
