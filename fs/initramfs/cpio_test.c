/* fs/initramfs/cpio_test.c - archives that are right, cut off, lying, or no archives at all. */
#include <fs/initramfs/cpio.h>
#include <fs/abi.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/random.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>

#define ARCHIVE_MAX	1024

struct seen {
	unsigned int	entries, ends;
	char		last[64];
	u32		last_size;
	u64		sum;			/* of all data: nothing may be read past the end */
};

static int see(const struct cpio_entry *e, void *arg)
{
	struct seen *seen = arg;

	seen->entries++;
	seen->last_size = e->size;
	strscpy(seen->last, e->name, sizeof(seen->last));
	for (u32 i = 0; i < e->size; i++)
		seen->sum += ((const u8 *)e->data)[i];
	return 0;
}

static void see_end(void *arg)
{
	((struct seen *)arg)->ends++;
}

static size_t add(char *archive, size_t at, const char *name, const char *data)
{
	size_t start = at;

	at += sprintf(archive + at, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", 1, 0100644, 0, 0, 1, 0,
		      (unsigned int)strlen(data), 0, 0, 0, 0, (unsigned int)strlen(name) + 1, 0);
	at += sprintf(archive + at, "%s", name) + 1;
	while (at % 4)
		archive[at++] = 0;
	at += sprintf(archive + at, "%s", data);
	while (at % 4)
		archive[at++] = 0;
	return at > start ? at : start;
}

static size_t good_archive(char *archive)
{
	size_t n = add(archive, 0, "./etc/motd", "hello");

	n = add(archive, n, "/bin/sh", "abc");
	return add(archive, n, "TRAILER!!!", "");
}

static int parse(const char *archive, size_t size, struct seen *seen, struct cpio_error *error)
{
	char *copy = kmemdup(archive, size, GFP_KERNEL);	/* of exactly this size */
	int ret;

	*seen = (struct seen){ 0 };
	ret = copy || !size ? cpio_parse(copy, size, see, see_end, seen, error) : -ENOMEM;
	kfree(copy);
	return ret;
}

KTEST(cpio, entries_come_with_clean_names_and_their_data)
{
	static char archive[ARCHIVE_MAX];
	struct cpio_error error;
	struct seen seen;
	size_t n = good_archive(archive);

	KEXPECT_EQ(parse(archive, n, &seen, &error), 0);
	KEXPECT_EQ(seen.entries, 2U);
	KEXPECT_EQ(seen.ends, 1U);
	KEXPECT_STREQ(seen.last, "bin/sh");
	KEXPECT_EQ(seen.sum, (u64)('h' + 'e' + 'l' + 'l' + 'o' + 'a' + 'b' + 'c'));
}

KTEST(cpio, zeroes_and_a_second_archive_may_follow)
{
	static char archive[2 * ARCHIVE_MAX];
	struct cpio_error error;
	struct seen seen;
	size_t n = good_archive(archive);

	memset(archive + n, 0, 512);
	n += 512;
	n += good_archive(archive + n);
	KEXPECT_EQ(parse(archive, n, &seen, &error), 0);
	KEXPECT_EQ(seen.entries, 4U);
	KEXPECT_EQ(seen.ends, 2U);
}

KTEST(cpio, every_cut_is_noticed)
{
	static char archive[ARCHIVE_MAX];
	struct cpio_error error;
	struct seen seen;
	size_t n = good_archive(archive);

	/* the last bytes are the filling behind the trailer's name */
	for (size_t cut = 1; cut < n - 3; cut++) {
		KEXPECT_EQ(parse(archive, cut, &seen, &error), -EINVAL);
		KEXPECT(error.what != NULL);
		KEXPECT_LE(error.offset, cut);
	}
}

KTEST(cpio, lengths_that_lie_are_refused)
{
	static char archive[ARCHIVE_MAX];
	struct cpio_error error;
	struct seen seen;
	size_t n = good_archive(archive);

	memcpy(archive + 6 + 8 * 6, "FFFFFFFF", 8);	/* size of the data */
	KEXPECT_EQ(parse(archive, n, &seen, &error), -EINVAL);
	good_archive(archive);
	memcpy(archive + 6 + 8 * 11, "FFFFFFF0", 8);	/* size of the name */
	KEXPECT_EQ(parse(archive, n, &seen, &error), -EINVAL);
	memcpy(archive + 6 + 8 * 11, "00000000", 8);
	KEXPECT_EQ(parse(archive, n, &seen, &error), -EINVAL);
	good_archive(archive);
	memcpy(archive + 6 + 8 * 3, "0000 -1x", 8);	/* no number */
	KEXPECT_EQ(parse(archive, n, &seen, &error), -EINVAL);
}

KTEST(cpio, garbage_does_not_lead_astray)
{
	static char archive[ARCHIVE_MAX];
	struct cpio_error error;
	struct seen seen;
	size_t n = good_archive(archive);

	for (unsigned int round = 0; round < 2000; round++) {
		n = good_archive(archive);
		for (unsigned int i = 0; i < 4; i++)
			archive[get_random_below(n)] = get_random_u32();
		parse(archive, n, &seen, &error);	/* whatever it says: nothing was read past the end */
		KEXPECT_LE(seen.entries, 3U);
	}
	get_random_bytes(archive, sizeof(archive));
	archive[0] = 'x';
	KEXPECT_EQ(parse(archive, sizeof(archive), &seen, &error), -EINVAL);
	KEXPECT_EQ(parse("", 0, &seen, &error), 0);
}
