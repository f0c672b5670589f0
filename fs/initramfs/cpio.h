/* fs/initramfs/cpio.h - reading archives in cpio's "newc" format, from memory, whatever they contain.
 *
 * An entry is a header of 110 characters (a magic number and 13 numbers of 8 hexadecimal digits),
 * the name with its 0, and the data; name and data are each filled up to a multiple of 4 from the
 * beginning of the archive. TRAILER!!! ends it; zeroes and a further archive may follow. Nothing in
 * it is believed: every length is checked against what is left.
 *
 * Source: cpio(5). Linux: init/initramfs.c.
 */
#ifndef FS_INITRAMFS_CPIO_H
#define FS_INITRAMFS_CPIO_H

#include <kernel/lib/compiler.h>

struct cpio_entry {
	const char	*name;			/* terminated, without "/" or "./" in front; "" is the root */
	const void	*data;
	u32		size;			/* bytes of data */
	u32		ino, mode, uid, gid, nlink, mtime;
	u32		dev_major, dev_minor, rdev_major, rdev_minor;
};

struct cpio_error {
	const char	*what;			/* NULL: none */
	size_t		offset;			/* where, in bytes from the beginning */
};

/*
 * cpio_parse - call entry for each file of the archive, and end at each trailer
 *
 * => 0 or -EINVAL with *error set; entries before the error have been given out. An empty archive
 *    is fine
 * => entry returning non-zero stops the walk, and its value is returned
 */
int cpio_parse(const void *data, size_t size, int (*entry)(const struct cpio_entry *e, void *arg),
	       void (*end)(void *arg), void *arg, struct cpio_error *error);

#endif
