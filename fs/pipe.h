/* fs/pipe.h - pipes and FIFOs: bytes from writers to readers, 64 KB on the way at most.
 *
 * A write of up to PIPE_BUF bytes comes out in one piece; a longer one may be mixed with others'.
 * Without readers a write gets SIGPIPE and EPIPE, without writers a read gets the end of the file.
 *
 * Linux: fs/pipe.c.
 */
#ifndef FS_PIPE_H
#define FS_PIPE_H

#include <fs/vfs.h>

#define PIPE_SIZE	65536		/* bytes; a multiple of the page size */

/* Both ends, [0] to read from, [1] to write to; flags: O_NONBLOCK. => 0, -ENOMEM */
int create_pipe_files(struct file *files[2], unsigned int flags);

/*
 * F_GETPIPE_SZ, F_SETPIPE_SZ: the size is fixed.
 * => bytes, -EBADF (no pipe), -EPERM (more than there is)
 */
long pipe_size(struct file *file, bool set, unsigned long bytes);

/* How full it is, for a moment. => false: no pipe */
struct pipe_level {
	size_t		used, room;		/* bytes */
	unsigned int	readers, writers;
};
bool pipe_look(struct file *file, struct pipe_level *level);

#endif
