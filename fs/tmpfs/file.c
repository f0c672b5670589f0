/* fs/tmpfs/file.c - contents: reading, writing, holes, truncation. See tmpfs.h.
 *
 * Who changes the size holds inode->rwsem for writing. Readers and faults hold nothing: they look
 * at the size, then at the page; a page that is truncated meanwhile stays in memory as long as
 * somebody has a reference, so the worst is reading what was there a moment ago. User memory is
 * never touched with a page lock held: the fault might need the same page.
 */
#include <fs/tmpfs/tmpfs.h>
#include <fs/mmap.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/x86/clock.h>
#include <mm/file/page_cache.h>
#include <mm/frame/lru.h>

#define MAX_FILE_SIZE	((u64)S64_MAX & PAGE_MASK)

static ssize_t tmpfs_read(struct file *file, struct iov_iter *to, u64 *pos)
{
	struct inode *inode = file->inode;
	size_t done = 0;
	bool did_io = false;

	while (iov_iter_count(to)) {
		u64 size = READ_ONCE(inode->size);
		size_t offset = *pos & ~PAGE_MASK, n, copied;
		struct page *page;

		if (*pos >= size)
			break;
		n = min(min_t(u64, PAGE_SIZE - offset, size - *pos), (u64)iov_iter_count(to));
		page = shmem_get_page(&inode->mapping, *pos >> PAGE_SHIFT, mapping_gfp(&inode->mapping), &did_io);
		if (IS_ERR(page))
			return done ? (ssize_t)done : PTR_ERR(page);
		if (page) {
			mark_page_accessed(page);
			copied = copy_to_iter(page_address(page) + offset, n, to);
			put_page(page);
		} else {
			copied = iov_iter_zero(n, to);
		}
		*pos += copied;
		done += copied;
		if (copied < n)
			return done ? (ssize_t)done : -EFAULT;
		cond_resched();
	}
	inode->atime = clock_realtime_ns();
	return done;
}

/* => rwsem held for writing. Bytes written to the page of pos, or -errno */
static ssize_t write_to_page(struct inode *inode, struct iov_iter *from, u64 pos)
{
	size_t offset = pos & ~PAGE_MASK, n = min(PAGE_SIZE - offset, iov_iter_count(from));
	struct page *page;
	size_t copied;

	/* Before there is a page: for nothing that can be read none shall be left behind. */
	n = iov_iter_fault_in(from, n);
	if (!n)
		return -EFAULT;
	page = shmem_get_page_for_write(&inode->mapping, pos >> PAGE_SHIFT, max(inode->size, pos + n));
	if (IS_ERR(page))
		return PTR_ERR(page);
	mark_page_accessed(page);
	copied = copy_from_iter(page_address(page) + offset, n, from);
	put_page(page);
	if (copied && pos + copied > inode->size)
		WRITE_ONCE(inode->size, pos + copied);
	return copied ? (ssize_t)copied : -EFAULT;
}

/* May this be written at pos? It is cut to what may. => rwsem held for writing; 0, -EFBIG or -EPERM */
static int check_write(struct inode *inode, struct iov_iter *from, u64 pos)
{
	int error = generic_write_check_limits(pos, from);

	if (error)
		return error;
	if (pos >= MAX_FILE_SIZE)
		return -EFBIG;
	iov_iter_truncate(from, min_t(u64, iov_iter_count(from), MAX_FILE_SIZE - pos));
	if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE) ||
	    (inode->seals & F_SEAL_GROW && pos + iov_iter_count(from) > inode->size))
		return -EPERM;
	return 0;
}

static ssize_t tmpfs_write(struct file *file, struct iov_iter *from, u64 *pos)
{
	struct inode *inode = file->inode;
	ssize_t ret, done = 0;

	if (!iov_iter_count(from))
		return 0;
	down_write(&inode->rwsem);
	if (file->flags & O_APPEND)
		*pos = inode->size;
	ret = check_write(inode, from, *pos);
	while (!ret && iov_iter_count(from)) {
		ret = write_to_page(inode, from, *pos);
		if (ret < 0)
			break;
		*pos += ret;
		done += ret;
		ret = fatal_signal_pending(current) ? -EINTR : 0;
		cond_resched();
	}
	if (done)
		inode_touch(inode, true, false);
	up_write(&inode->rwsem);
	return done ? done : ret;
}

/* Bytes [from, to) of one page become 0, if the page is there. 0; or why it could not be brought in: -ENOMEM, -EIO */
static int zero_in_page(struct inode *inode, u64 from, u64 to)
{
	struct mapping *mapping = &inode->mapping;
	struct page *page = NULL;
	bool did_io = false;

	if (from < to)
		page = shmem_get_page(mapping, from >> PAGE_SHIFT, mapping_gfp(mapping), &did_io);
	if (IS_ERR_OR_NULL(page))
		return PTR_ERR(page);
	memset(page_address(page) + (from & ~PAGE_MASK), 0, to - from);
	put_page(page);
	return 0;
}

static int tmpfs_truncate(struct inode *inode, u64 size)
{
	u64 old = inode->size;
	int error = 0;

	if (size > MAX_FILE_SIZE)
		return -EFBIG;
	if ((size < old && inode->seals & F_SEAL_SHRINK) || (size > old && inode->seals & F_SEAL_GROW))
		return -EPERM;
	/* What a mapping has written behind the end of the file must not come into sight when the file grows. */
	if (size > old)
		error = zero_in_page(inode, old, min_t(u64, PAGE_ALIGN(old), size));
	if (error)
		return error;
	WRITE_ONCE(inode->size, size);
	if (size < old) {
		truncate_pages(&inode->mapping, DIV_ROUND_UP(size, PAGE_SIZE), ~0ULL);
		/* If that fails the file has its new size all the same, and growing it tries again before it shows the bytes. */
		zero_in_page(inode, size, PAGE_ALIGN(size));
	}
	return 0;
}

static int punch_hole(struct inode *inode, u64 from, u64 to)
{
	u64 first = PAGE_ALIGN(from), last = to & PAGE_MASK;
	int error;

	if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;

	if (first > last)		/* inside one page */
		return zero_in_page(inode, from, to);
	error = zero_in_page(inode, from, first);
	if (!error)
		error = zero_in_page(inode, last, to);
	if (!error && first < last)
		punch_pages(&inode->mapping, first >> PAGE_SHIFT, (last >> PAGE_SHIFT) - 1);
	return error;
}

static int tmpfs_fallocate(struct inode *inode, int mode, u64 offset, u64 len)
{
	pgoff_t index, end = DIV_ROUND_UP(offset + len, PAGE_SIZE);
	int error;

	if (mode == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE))
		return punch_hole(inode, offset, offset + len);
	if (mode & ~FALLOC_FL_KEEP_SIZE)
		return -EOPNOTSUPP;
	error = inode_newsize_ok(inode, offset + len);
	if (error)
		return error;
	if (inode->seals & F_SEAL_GROW && offset + len > inode->size)
		return -EPERM;
	for (index = offset >> PAGE_SHIFT; index < end; index++) {
		struct page *page = shmem_get_page_for_write(&inode->mapping, index, max(inode->size, offset + len));

		if (IS_ERR(page))
			return PTR_ERR(page);
		put_page(page);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	if (!(mode & FALLOC_FL_KEEP_SIZE) && offset + len > inode->size)
		WRITE_ONCE(inode->size, offset + len);
	return 0;
}

/* The first offset >= offset that is in a page (or in a hole), or the end of the file */
static u64 find_data(struct inode *inode, u64 offset)
{
	u64 size = READ_ONCE(inode->size);
	struct mapping_entry entry;

	if (!mapping_next_entry(&inode->mapping, offset >> PAGE_SHIFT, &entry))
		return size;
	if (entry.page)
		put_page(entry.page);
	return min_t(u64, size, max_t(u64, offset, entry.index << PAGE_SHIFT));
}

static u64 find_hole(struct inode *inode, u64 offset)
{
	pgoff_t index = offset >> PAGE_SHIFT;
	u64 size = READ_ONCE(inode->size);
	struct mapping_entry entry;

	while (index << PAGE_SHIFT < size && mapping_get_entry(&inode->mapping, index, &entry)) {
		if (entry.page)
			put_page(entry.page);
		index++;
		cond_resched();
	}
	return min_t(u64, size, max_t(u64, offset, index << PAGE_SHIFT));
}

static s64 tmpfs_llseek(struct file *file, s64 offset, int whence)
{
	struct inode *inode = file->inode;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return generic_llseek(file, offset, whence);
	if (offset < 0 || (u64)offset >= READ_ONCE(inode->size))
		return -ENXIO;
	offset = whence == SEEK_DATA ? find_data(inode, offset) : find_hole(inode, offset);
	if (whence == SEEK_DATA && (u64)offset >= READ_ONCE(inode->size))
		return -ENXIO;
	return seek_position(file, offset, SEEK_SET, 0);
}

const struct inode_operations tmpfs_file_inode_operations = {
	.truncate	= tmpfs_truncate,
	.fallocate	= tmpfs_fallocate,
};

const struct file_operations tmpfs_file_operations = {
	.read		= tmpfs_read,
	.write		= tmpfs_write,
	.llseek		= tmpfs_llseek,
	.mmap		= page_cache_mmap,
};
