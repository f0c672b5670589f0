/* execve hands over arguments, environment and the auxiliary vector; what is not inherited is gone. */
/* quire-test: */
#define _GNU_SOURCE
#include <elf.h>
#include <sys/auxv.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

extern char **environ;

/* In the new program: each line is one finding, the parent judges by the status. */
static int second_life(int argc, char **argv)
{
	struct sigaction usr1, usr2;
	sigset_t mask;

	if (argc != 5 || strcmp(argv[1], "second") || strcmp(argv[2], "") || strlen(argv[3]) != 50000)
		return 1;
	if (strcmp(argv[4], "last") || argv[5])
		return 2;
	if (!environ[0] || strcmp(environ[0], "A=1") || strcmp(environ[1], "LONG=x y") || environ[2])
		return 3;
	if (getauxval(AT_PAGESZ) != PAGE || !getauxval(AT_PHDR) || !getauxval(AT_PHNUM))
		return 4;
	if (!getauxval(AT_ENTRY) || !getauxval(AT_RANDOM) || getauxval(AT_SECURE))
		return 5;
	if (((Elf64_Phdr *)getauxval(AT_PHDR))->p_type == 0)
		return 6;
	if (fcntl(50, F_GETFD) == 0 || fcntl(51, F_GETFD) != 0)
		return 7;		/* close-on-exec */
	sigaction(SIGUSR1, NULL, &usr1);
	sigaction(SIGUSR2, NULL, &usr2);
	if (usr1.sa_handler != SIG_DFL || usr2.sa_handler != SIG_IGN)
		return 8;
	sigprocmask(SIG_BLOCK, NULL, &mask);
	if (!sigismember(&mask, SIGHUP))
		return 9;
	if ((unsigned long)__builtin_frame_address(0) % 16)
		return 10;
	return 0;
}

static void nothing_happens(int number)
{
	(void)number;
}

static int exec_self(void *unused)
{
	static char big[50001];
	char *argv[] = { "name", "second", "", big, "last", NULL };
	char *envp[] = { "A=1", "LONG=x y", NULL };
	sigset_t set;

	(void)unused;
	memset(big, 'b', 50000);
	dup2(1, 51);
	dup3(1, 50, O_CLOEXEC);
	signal(SIGUSR1, nothing_happens);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	execve("/proc/self/exe", argv, envp);
	return 99;
}

static int exec_too_long(void *unused)
{
	static char *argv[] = { "x", NULL, NULL };

	(void)unused;
	argv[1] = map_small(4 * MB);
	memset(argv[1], 'x', 4 * MB - 1);
	execve("/proc/self/exe", argv, environ);
	return errno;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return second_life(argc, argv);
	plan(6);
	is(in_child(exec_self, NULL), 0, "everything arrives as it should");
	is(in_child(exec_too_long, NULL), E2BIG, "an argument of 4 MB: E2BIG");
	fails_with(ENOENT, execl("/nonexistent", "x", (char *)NULL), "no such file: ENOENT");
	fails_with(EACCES, execl("/etc", "x", (char *)NULL), "a directory: EACCES");
	fails_with(EACCES, execl("/etc/passwd", "x", (char *)NULL), "not executable: EACCES");
	fails_with(ENOTDIR, execl("/etc/passwd/x", "x", (char *)NULL), "below a file: ENOTDIR");
	return done();
}
