/* fuzz: kernel/lib/cmdline.c kernel/lib/parse.c
 *
 * The boot options, and numbers out of text. Each option is asked for into buffers of every small size.
 */
#include <kernel/lib/cmdline.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <tests/fuzz/fuzz.h>

static void ask(const char *name)
{
	static char first[CMDLINE_MAX];
	bool there = cmdline_get(name, first, sizeof(first));

	for (size_t size = 1; size <= 16; size++) {
		char *value = fuzz_alloc(size);

		fuzz_check(cmdline_get(name, value, size) == there);
		fuzz_check(strnlen(value, size) < size && (!there || !strncmp(value, first, size - 1)));
	}
	fuzz_check(!there || !strchr(first, '"'));
	fuzz_check(there || cmdline_ulong(name, 4711) == 4711);
	cmdline_bool(name);
}

/* The text as a number, in every way. A number that was understood is the same when it is written down and read again. */
static void read_numbers(const char *text)
{
	unsigned long long wide, again;
	unsigned int narrow;
	char digits[32], *end;
	long long negative;
	bool truth;

	if (!kstrtoull(text, 0, &wide)) {
		snprintf(digits, sizeof(digits), "%llu\n", wide);
		fuzz_check(!kstrtoull(digits, 10, &again) && again == wide);
		fuzz_check(!kstrtouint(text, 0, &narrow) == (wide <= UINT_MAX));
	}
	if (!kstrtoll(text, 0, &negative)) {
		snprintf(digits, sizeof(digits), "%lld", negative);
		fuzz_check(!kstrtoll(digits, 10, (long long *)&again) && (long long)again == negative);
	}
	kstrtoull(text, 16, &wide);
	kstrtobool(text, &truth);
	memparse(text, &end);
	fuzz_check(end >= text && end <= text + strlen(text));
}

void fuzz_one(struct fuzz_input *in)
{
	size_t size = in->size;
	char *text = fuzz_alloc(size + 1);

	memcpy(text, in->data, size);
	cmdline_init(text);
	fuzz_check(!strncmp(cmdline_text(), text, CMDLINE_MAX - 1));
	ask("a");
	ask("quiet");
	ask("mem");
	read_numbers(text);
}
