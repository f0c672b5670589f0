/* process/exec_script.c - the first line of a script. See exec_script.h.
 *
 * Linux: fs/binfmt_script.c.
 */
#include <process/exec_script.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>

static char *skip_blanks(char *s)
{
	return s + strspn(s, " \t");
}

int script_parse(char *head, char **interpreter, char **argument)
{
	size_t length = strlen(head), line = strcspn(head, "\n"), word;
	char *end;

	if (head[0] != '#' || head[1] != '!')
		return -ENOEXEC;
	*interpreter = skip_blanks(head + 2);
	word = strcspn(*interpreter, " \t\n");
	/* A name that may have been cut off by the end of what was read must not be run. */
	if (!word || (line == length && length == SCRIPT_HEAD_SIZE && (*interpreter)[word] == 0))
		return -ENOEXEC;
	head[line] = 0;
	end = *interpreter + strlen(*interpreter);
	while (end > *interpreter && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = 0;
	*argument = NULL;
	word = strcspn(*interpreter, " \t");
	if ((*interpreter)[word]) {
		(*interpreter)[word] = 0;
		*argument = skip_blanks(*interpreter + word + 1);
	}
	return 0;
}
