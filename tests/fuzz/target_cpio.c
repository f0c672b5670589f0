/* fuzz: fs/initramfs/cpio.c
 *
 * The archive in memory is the input. Whatever is given out must lie inside of it.
 */
#include <fs/initramfs/cpio.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <tests/fuzz/fuzz.h>

struct walk {
	const char	*data;
	size_t		size;
	u32		entries, sum;
};

static int see(const struct cpio_entry *e, void *arg)
{
	struct walk *walk = arg;
	const u8 *bytes = e->data;

	fuzz_check((const char *)bytes >= walk->data && e->size <= (size_t)(walk->data + walk->size - (const char *)bytes));
	fuzz_check(e->name[0] != '/' && strlen(e->name) < walk->size);
	for (u32 i = 0; i < e->size; i++)
		walk->sum += bytes[i];
	return ++walk->entries == 1000 ? -ENOSPC : 0;
}

static void seen(void *arg)
{
	fuzz_check(((struct walk *)arg)->data);
}

void fuzz_one(struct fuzz_input *in)
{
	struct walk walk = { .size = in->size };
	struct cpio_error error;
	int ret;

	walk.data = fuzz_take_block(in, &walk.size);
	ret = cpio_parse(walk.data, walk.size, see, seen, &walk, &error);
	fuzz_check(ret == 0 || ret == -ENOSPC || (ret == -EINVAL && error.what && error.offset <= walk.size));
}
