/* process/exec_script_test.c - tests of the #! line. */
#include <process/exec_script.h>

#include <kernel/debug/ktest.h>
#include <kernel/lib/errno.h>

static int parse(const char *text, char **interpreter, char **argument)
{
	static char head[SCRIPT_HEAD_SIZE + 1];

	memset(head, 0, sizeof(head));
	memcpy(head, text, min(strlen(text), (size_t)SCRIPT_HEAD_SIZE));
	return script_parse(head, interpreter, argument);
}

KTEST(exec_script, everything_behind_the_name_is_one_argument)
{
	char *interpreter, *argument;

	KEXPECT_EQ(parse("#!/bin/sh\necho\n", &interpreter, &argument), 0);
	KEXPECT_STREQ(interpreter, "/bin/sh");
	KEXPECT(!argument);
	KEXPECT_EQ(parse("#! \t/bin/awk  -f -x \t \nBEGIN", &interpreter, &argument), 0);
	KEXPECT_STREQ(interpreter, "/bin/awk");
	KEXPECT_STREQ(argument, "-f -x");
	KEXPECT_EQ(parse("#!/bin/true", &interpreter, &argument), 0);
	KEXPECT_STREQ(interpreter, "/bin/true");
}

KTEST(exec_script, an_empty_or_cut_off_name_is_refused)
{
	char *interpreter, *argument, text[400];

	KEXPECT_EQ(parse("echo", &interpreter, &argument), -ENOEXEC);
	KEXPECT_EQ(parse("#!", &interpreter, &argument), -ENOEXEC);
	KEXPECT_EQ(parse("#!  \t \nx", &interpreter, &argument), -ENOEXEC);
	memset(text, 'a', sizeof(text) - 1);
	text[399] = 0;
	memcpy(text, "#!/", 3);
	KEXPECT_EQ(parse(text, &interpreter, &argument), -ENOEXEC);
}
