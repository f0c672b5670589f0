/* busybox's shell at work: pipes, redirections, background jobs, loops, here-documents, arithmetic. */
/* quire-test: */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static void says(const char *command, const char *want)
{
	static char text[8192];
	FILE *f;
	size_t n;

	fflush(stdout);
	f = popen(command, "r");
	n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	text[n] = 0;
	if (f)
		pclose(f);
	if (!ok(!strcmp(text, want), "%s", command))
		diag("it said: %s", text);
}

int main(void)
{
	plan(18);
	says("echo hello", "hello\n");
	says("seq 1 1000 | grep 7 | wc -l", "271\n");
	says("seq 20000 | sort -r | tail -n 1", "1\n");
	says("for i in 1 2 3; do echo -n $((i * i)),; done", "1,4,9,");
	says("echo one > /tmp/sh1; echo two >> /tmp/sh1; cat < /tmp/sh1", "one\ntwo\n");
	says("cat <<E\na $((6 * 7))\nE", "a 42\n");
	says("(sleep 0.1; echo late) & echo early; wait", "early\nlate\n");
	says("ls /nonexistent 2>/dev/null; echo $?", "1\n");
	says("false || echo no; true && echo yes", "no\nyes\n");
	says("sh -c 'kill -TERM $$'; echo $?", "143\n");
	says("trap 'echo caught' USR1; kill -USR1 $$; echo after", "caught\nafter\n");
	says("echo 'a b c' | awk '{ print $3 $1 }'", "ca\n");
	says("dd if=/dev/zero bs=4096 count=100 2>/dev/null | md5sum | cut -c1-8", "a5dc382d\n");
	says("mkdir -p /tmp/x/y && touch /tmp/x/y/z && find /tmp/x -type f", "/tmp/x/y/z\n");
	says("rm -r /tmp/x; ls -d /tmp/x 2>&1 | wc -l", "1\n");
	says("yes | head -n 100000 | wc -c", "200000\n");
	says("f() { [ $1 -le 1 ] && echo 1 || echo $(($1 * $(f $(($1 - 1))))); }; f 6", "720\n");
	says("tar c -C /etc . | tar t | grep -c passwd", "1\n");
	return done();
}
