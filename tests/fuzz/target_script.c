/* fuzz: process/exec_script.c
 *
 * The first line of a script. The words that are given out have no blanks around them and lie in the line.
 */
#include <process/exec_script.h>
#include <kernel/lib/string.h>
#include <tests/fuzz/fuzz.h>

void fuzz_one(struct fuzz_input *in)
{
	size_t size = min_t(size_t, in->size, SCRIPT_HEAD_SIZE);
	char *head = fuzz_alloc(size + 1), *interpreter, *argument;

	memcpy(head, in->data, size);
	if (script_parse(head, &interpreter, &argument))
		return;
	fuzz_check(*interpreter && !interpreter[strcspn(interpreter, " \t\n")]);
	fuzz_check(interpreter >= head && interpreter + strlen(interpreter) <= head + size);
	if (argument) {
		size_t length = strlen(argument);

		fuzz_check(length && argument[0] != ' ' && argument[0] != '\t' && !strchr(argument, '\n'));
		fuzz_check(argument[length - 1] != ' ' && argument[length - 1] != '\t');
		fuzz_check(argument > interpreter && argument + length <= head + size);
	}
}
