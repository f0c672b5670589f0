/* fs/initramfs/cpio.c - see cpio.h. */
#include <fs/initramfs/cpio.h>
#include <fs/abi.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>

#define HEADER_SIZE	110
#define MAGIC_SIZE	6
#define NR_FIELDS	13
#define TRAILER		"TRAILER!!!"

enum field { F_INO, F_MODE, F_UID, F_GID, F_NLINK, F_MTIME, F_FILESIZE, F_DEV_MAJOR, F_DEV_MINOR, F_RDEV_MAJOR,
	     F_RDEV_MINOR, F_NAMESIZE, F_CHECK };

struct reader {
	const u8	*data;
	size_t		size, pos;
	struct cpio_error *error;
};

static int fail(struct reader *r, const char *what)
{
	*r->error = (struct cpio_error){ what, r->pos };
	return -EINVAL;
}

static size_t left(const struct reader *r)
{
	return r->size - r->pos;
}

/* => false: a character that is no hexadecimal digit */
static bool parse_hex8(const u8 *text, u32 *value)
{
	u32 v = 0;

	for (int i = 0; i < 8; i++) {
		u8 c = text[i];

		if (c >= '0' && c <= '9')
			c -= '0';
		else if (c >= 'a' && c <= 'f')
			c -= 'a' - 10;
		else if (c >= 'A' && c <= 'F')
			c -= 'A' - 10;
		else
			return false;
		v = v << 4 | c;
	}
	*value = v;
	return true;
}

static int parse_header(struct reader *r, u32 field[NR_FIELDS])
{
	const u8 *text = r->data + r->pos;

	if (left(r) < HEADER_SIZE)
		return fail(r, "a header is cut off");
	if (memcmp(text, "070701", MAGIC_SIZE) && memcmp(text, "070702", MAGIC_SIZE)) {
		if (text[0] == 0x1f && text[1] == 0x8b)
			return fail(r, "it is compressed with gzip: pack it without");
		return fail(r, "no header of the newc format");
	}
	for (int i = 0; i < NR_FIELDS; i++)
		if (!parse_hex8(text + MAGIC_SIZE + 8 * i, &field[i]))
			return fail(r, "a header has something else than hexadecimal digits");
	return 0;
}

/* On to the next multiple of 4; the archive may end before it. */
static void align(struct reader *r)
{
	r->pos = min(ALIGN(r->pos, 4), r->size);
}

static const char *without_root(const char *name)
{
	for (;;) {
		if (name[0] == '/')
			name++;
		else if (name[0] == '.' && name[1] == '/')
			name += 2;
		else
			return name[0] == '.' && !name[1] ? name + 1 : name;
	}
}

/* => 0 and *e filled, r behind the entry; -EINVAL */
static int read_entry(struct reader *r, struct cpio_entry *e)
{
	u32 f[NR_FIELDS];
	int error = parse_header(r, f);
	const char *name;

	if (error)
		return error;
	if (!f[F_NAMESIZE] || f[F_NAMESIZE] > PATH_MAX)
		return fail(r, "a name is empty or too long");
	if (f[F_NAMESIZE] > left(r) - HEADER_SIZE)
		return fail(r, "a name is cut off");
	name = (const char *)r->data + r->pos + HEADER_SIZE;
	if (name[f[F_NAMESIZE] - 1])
		return fail(r, "a name has no end");
	r->pos += HEADER_SIZE + f[F_NAMESIZE];
	align(r);
	if (f[F_FILESIZE] > left(r))
		return fail(r, "the data of a file is cut off");
	*e = (struct cpio_entry){
		.name = name, .data = r->data + r->pos, .size = f[F_FILESIZE],
		.ino = f[F_INO], .mode = f[F_MODE], .uid = f[F_UID], .gid = f[F_GID], .nlink = f[F_NLINK],
		.mtime = f[F_MTIME], .dev_major = f[F_DEV_MAJOR], .dev_minor = f[F_DEV_MINOR],
		.rdev_major = f[F_RDEV_MAJOR], .rdev_minor = f[F_RDEV_MINOR],
	};
	r->pos += e->size;
	align(r);
	return 0;
}

int cpio_parse(const void *data, size_t size, int (*entry)(const struct cpio_entry *e, void *arg),
	       void (*end)(void *arg), void *arg, struct cpio_error *error)
{
	struct reader r = { .data = data, .size = size, .error = error };
	bool inside = false;		/* an archive has begun and its trailer has not come */
	struct cpio_entry e;
	int ret = 0;

	*error = (struct cpio_error){ 0 };
	while (left(&r) && !ret) {
		if (!inside && !r.data[r.pos]) {
			r.pos++;		/* between two archives */
			continue;
		}
		ret = read_entry(&r, &e);
		if (ret)
			break;
		inside = strcmp(e.name, TRAILER) != 0;
		if (!inside) {
			end(arg);
			continue;
		}
		e.name = without_root(e.name);
		ret = entry(&e, arg);
	}
	if (!ret && inside)
		ret = fail(&r, "it ends without a trailer");
	return ret;
}
