/* fs/iov_iter.c - see iov_iter.h. Linux: lib/iov_iter.c. */
#include <fs/iov_iter.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>

int iov_iter_user(struct iov_iter *iter, void __user *buf, size_t len)
{
	if (!access_ok(buf, len))
		return -EFAULT;
	iov_iter_kernel(iter, buf, min(len, (size_t)MAX_RW_COUNT));
	iter->kernel = false;
	return 0;
}

void iov_iter_kernel(struct iov_iter *iter, void *buf, size_t len)
{
	*iter = (struct iov_iter){ .kernel = true, .nr_segs = 1, .count = len, .single = { buf, len } };
	iter->iov = &iter->single;
}

int iov_iter_import(struct iov_iter *iter, const struct user_iovec __user *vec, unsigned long nr,
		    struct user_iovec **array)
{
	struct user_iovec *iov;
	size_t total = 0;

	*array = NULL;
	*iter = (struct iov_iter){ 0 };
	if (nr > IOV_MAX)
		return -EINVAL;
	if (!nr)
		return 0;
	iov = kmalloc(nr * sizeof(*iov), GFP_KERNEL);
	if (!iov)
		return -ENOMEM;
	*array = iov;
	if (copy_from_user(iov, vec, nr * sizeof(*iov)))
		return -EFAULT;
	for (unsigned long i = 0; i < nr; i++) {
		if ((ssize_t)iov[i].iov_len < 0)
			return -EINVAL;
		if (!access_ok(iov[i].iov_base, iov[i].iov_len))
			return -EFAULT;
		iov[i].iov_len = min(iov[i].iov_len, MAX_RW_COUNT - total);
		total += iov[i].iov_len;
	}
	iter->iov = iov;
	iter->nr_segs = nr;
	iter->count = total;
	return 0;
}

void iov_iter_truncate(struct iov_iter *iter, size_t len)
{
	iter->count = min(iter->count, len);
}

/* What is done with one piece. => bytes not done */
typedef size_t (*piece_fn)(struct iov_iter *iter, void *piece, void *kernel, size_t len);

static size_t for_each_piece(struct iov_iter *iter, void *kernel, size_t len, piece_fn fn)
{
	size_t done = 0;

	len = min(len, iter->count);
	while (done < len) {
		const struct user_iovec *seg = iter->iov;
		size_t n = min(len - done, seg->iov_len - iter->offset);
		size_t left = 0;

		if (n)
			left = fn(iter, seg->iov_base + iter->offset, kernel ? kernel + done : NULL, n);
		done += n - left;
		iter->offset += n - left;
		iter->count -= n - left;
		if (left)
			break;
		if (iter->offset == seg->iov_len && iter->nr_segs > 1) {
			iter->iov++;
			iter->nr_segs--;
			iter->offset = 0;
		}
	}
	return done;
}

static size_t piece_in(struct iov_iter *iter, void *piece, void *kernel, size_t len)
{
	if (!iter->kernel)
		return copy_to_user(piece, kernel, len);
	memcpy(piece, kernel, len);
	return 0;
}

static size_t piece_out(struct iov_iter *iter, void *piece, void *kernel, size_t len)
{
	if (!iter->kernel)
		return copy_from_user(kernel, piece, len);
	memcpy(kernel, piece, len);
	return 0;
}

static size_t piece_zero(struct iov_iter *iter, void *piece, void *kernel __unused, size_t len)
{
	if (!iter->kernel)
		return clear_user(piece, len);
	memset(piece, 0, len);
	return 0;
}

size_t iov_iter_fault_in(const struct iov_iter *iter, size_t len)
{
	const struct user_iovec *seg = iter->iov;
	size_t offset = iter->offset, readable = 0;
	u8 byte;

	while (!iter->kernel && readable < len) {
		const char *at = (const char *)seg->iov_base + offset;
		size_t n = min(len - readable, PAGE_SIZE - ((unsigned long)at & ~PAGE_MASK));

		n = min(n, seg->iov_len - offset);
		if (n && copy_from_user(&byte, (const void __user *)at, 1))
			return readable;
		readable += n;
		offset += n;
		if (offset == seg->iov_len) {
			seg++;
			offset = 0;
		}
	}
	return len;
}

size_t copy_to_iter(const void *from, size_t len, struct iov_iter *iter)
{
	return for_each_piece(iter, (void *)from, len, piece_in);
}

size_t copy_from_iter(void *to, size_t len, struct iov_iter *iter)
{
	return for_each_piece(iter, to, len, piece_out);
}

size_t iov_iter_zero(size_t len, struct iov_iter *iter)
{
	return for_each_piece(iter, NULL, len, piece_zero);
}
