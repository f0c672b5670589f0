/* fs/inode.c - inodes: made, counted, freed; who may write to a program that runs.
 *
 * Linux: fs/inode.c, include/linux/fs.h (i_writecount).
 */
#include <fs/vfs.h>
#include <fs/dcache.h>
#include <kernel/x86/clock.h>
#include <mm/alloc/slab.h>
#include <mm/file/page_cache.h>

static struct kmem_cache *inode_cache;

void inode_init(void)
{
	inode_cache = kmem_cache_create("inode_cache", sizeof(struct inode), 0, SLAB_RECLAIM_ACCOUNT, NULL);
}

struct inode *new_inode(struct superblock *sb, umode_t mode, dev_t rdev)
{
	struct inode *inode = kmem_cache_alloc(inode_cache, GFP_KERNEL | __GFP_ZERO);

	if (!inode)
		return NULL;
	inode->ino = atomic64_inc_return(&sb->next_ino);
	inode->mode = mode;
	inode->rdev = rdev;
	inode->nlink = S_ISDIR(mode) ? 2 : 1;
	inode->sb = sb;
	inode->atime = inode->mtime = inode->ctime = clock_realtime_ns();
	init_rwsem(&inode->rwsem);
	mapping_init(&inode->mapping, NULL, inode, 0);
	atomic_set(&inode->count, 1);
	init_special_inode(inode);
	return inode;
}

void iget(struct inode *inode)
{
	refcount_add(&inode->count, 1, REF_INODE);
}

void iput(struct inode *inode)
{
	if (!refcount_dec_and_test(&inode->count, REF_INODE))
		return;
	mapping_destroy(&inode->mapping);
	if (inode->sb->op && inode->sb->op->evict_inode)
		inode->sb->op->evict_inode(inode);
	kmem_cache_free(inode_cache, inode);
}

void init_special_inode(struct inode *inode)
{
	if (S_ISCHR(inode->mode))
		inode->fop = &chrdev_operations;
	else if (S_ISBLK(inode->mode))
		inode->fop = &blkdev_operations;
	else if (S_ISFIFO(inode->mode))
		inode->fop = &fifo_operations;
}

void inode_touch(struct inode *inode, bool mtime, bool atime)
{
	u64 now = clock_realtime_ns();

	inode->ctime = now;
	if (mtime)
		inode->mtime = now;
	if (atime)
		inode->atime = now;
}

u64 inode_blocks_from_pages(const struct inode *inode)
{
	return (READ_ONCE(inode->mapping.nrpages) + READ_ONCE(inode->mapping.nrswapped)) * (PAGE_SIZE / 512);
}

int get_write_access(struct inode *inode)
{
	int writers = atomic_read(&inode->writers);

	do {
		if (writers < 0)
			return -ETXTBSY;
	} while (!try_cmpxchg(&inode->writers.counter, &writers, writers + 1));
	return 0;
}

void put_write_access(struct inode *inode)
{
	atomic_dec(&inode->writers);
}

int deny_write_access(struct inode *inode)
{
	int writers = atomic_read(&inode->writers);

	do {
		if (writers > 0)
			return -ETXTBSY;
	} while (!try_cmpxchg(&inode->writers.counter, &writers, writers - 1));
	return 0;
}

void allow_write_access(struct inode *inode)
{
	atomic_inc(&inode->writers);
}
