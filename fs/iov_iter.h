/* fs/iov_iter.h - where the bytes of a read or write come from or go to: pieces of user memory, or
 * kernel memory.
 *
 * A file's read and write see one stream of bytes and don't care how it is cut, or who calls. User
 * memory may be absent: the copy functions return how much was copied, and the iterator has moved
 * exactly that far. They may sleep.
 *
 * Linux: include/linux/uio.h, lib/iov_iter.c.
 */
#ifndef FS_IOV_ITER_H
#define FS_IOV_ITER_H

#include <fs/abi.h>

struct page;

struct iov_iter {
	bool		kernel;		/* iov_base are kernel addresses */
	unsigned int	nr_segs;
	size_t		offset;		/* in iov[0] */
	size_t		count;		/* bytes left, all segments */
	const struct user_iovec *iov;
	struct user_iovec single;	/* storage for the common case */
};

/*
 * One piece.
 * => user: -EFAULT when it does not lie in the user half; count is cut to MAX_RW_COUNT as on Linux
 */
#define MAX_RW_COUNT	0x7ffff000UL
int iov_iter_user(struct iov_iter *iter, void __user *buf, size_t len);
void iov_iter_kernel(struct iov_iter *iter, void *buf, size_t len);
/*
 * iov_iter_import - take over the array of a readv/writev call
 *
 * => on success *array must be kfree'd when the iterator is done (NULL: nothing to free); 0,
 *    -EINVAL, -EFAULT, -ENOMEM
 */
int iov_iter_import(struct iov_iter *iter, const struct user_iovec __user *vec, unsigned long nr,
		    struct user_iovec **array);

static inline size_t iov_iter_count(const struct iov_iter *iter)
{
	return iter->count;
}

/* => bytes copied; less than len only when user memory is absent */
size_t copy_to_iter(const void *from, size_t len, struct iov_iter *iter);
size_t copy_from_iter(void *to, size_t len, struct iov_iter *iter);
/* => of the next len bytes (at most what is left) those that can be copied from: absent pages are brought in */
size_t iov_iter_fault_in(const struct iov_iter *iter, size_t len);
size_t iov_iter_zero(size_t len, struct iov_iter *iter);
/* Cut the iterator to at most len bytes from here. */
void iov_iter_truncate(struct iov_iter *iter, size_t len);

#endif
