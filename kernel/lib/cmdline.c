/* kernel/lib/cmdline.c - the boot options.
 *
 * Linux: kernel/params.c.
 */
#include <kernel/lib/cmdline.h>

#include <kernel/lib/parse.h>
#include <kernel/lib/string.h>

static char text[CMDLINE_MAX];

void cmdline_init(const char *t)
{
	if (t)
		strscpy(text, t, sizeof(text));
}

const char *cmdline_text(void)
{
	return text;
}

/* => the end of the word that begins at s: a space outside of quotes, or the end of the text */
static const char *word_end(const char *s)
{
	bool quoted = false;

	for (; *s && (quoted || *s != ' '); s++)
		if (*s == '"')
			quoted = !quoted;
	return s;
}

/* Copy the value without its quotes. */
static void copy_value(char *buf, size_t len, const char *from, const char *end)
{
	size_t n = 0;

	for (; from < end && n + 1 < len; from++)
		if (*from != '"')
			buf[n++] = *from;
	if (len)
		buf[n] = 0;
}

bool cmdline_get(const char *name, char *buf, size_t len)
{
	size_t n = strlen(name);
	const char *s = text, *end;
	bool found = false;

	for (;; s = end) {
		s += strspn(s, " ");
		end = word_end(s);
		if (s == end || (end - s == 2 && s[0] == '-' && s[1] == '-'))
			return found;
		if (strncmp(s, name, n) || (s + n != end && s[n] != '='))
			continue;
		found = true;
		copy_value(buf, len, s + n + (s + n != end), end);
	}
}

bool cmdline_bool(const char *name)
{
	char value[8];
	bool res;

	if (!cmdline_get(name, value, sizeof(value)))
		return false;
	return !*value || (kstrtobool(value, &res) == 0 && res);
}

unsigned long cmdline_ulong(const char *name, unsigned long fallback)
{
	char value[32], *end;
	unsigned long number;

	if (!cmdline_get(name, value, sizeof(value)) || !*value)
		return fallback;
	number = memparse(value, &end);
	return *end ? fallback : number;
}
