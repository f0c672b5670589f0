/* #! scripts: the interpreter gets its one argument and the script's name. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/stat.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static void script(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	write(fd, text, strlen(text));
	close(fd);
}

static int run(void *path)
{
	execl(path, path, "one", "two", (char *)NULL);
	return 200 + (errno == ENOEXEC ? 1 : errno == ENOENT ? 2 : errno == ELOOP ? 3 : 0);
}

int main(void)
{
	char text[128];

	plan(7);
	script("/tmp/a", "#!/bin/sh\necho \"$0 $1 $2\" > /tmp/out\nexit 5\n");
	is(in_child(run, "/tmp/a"), 5, "a script runs");
	slurp("/tmp/out", text, sizeof(text));
	ok(!strcmp(text, "/tmp/a one two\n"), "with its name and arguments");
	script("/tmp/b", "#! /bin/sh -e \nfalse\nexit 0\n");
	is(in_child(run, "/tmp/b"), 1, "the interpreter's argument is handed over");
	script("/tmp/c", "#!/tmp/a\n");
	is(in_child(run, "/tmp/c"), 5, "a script may be an interpreter");
	slurp("/tmp/out", text, sizeof(text));
	ok(!strcmp(text, "/tmp/a /tmp/c one\n"), "and sees the first one as its argument");
	script("/tmp/d", "#!/nonexistent\n");
	is(in_child(run, "/tmp/d"), 202, "no such interpreter: ENOENT");
	script("/tmp/e", "echo no header\n");
	is(in_child(run, "/tmp/e"), 201, "neither ELF nor #!: ENOEXEC");
	return done();
}
