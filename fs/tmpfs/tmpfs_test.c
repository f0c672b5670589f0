/* fs/tmpfs/tmpfs_test.c - files in memory: contents, holes, sizes, links, limits. */
#include <fs/tmpfs/tmpfs.h>
#include <fs/mount.h>
#include <fs/namei.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>
#include <mm/frame/vmstat.h>

#define LIMIT_KB	"64k"
#define LIMIT_PAGES	16

static int begin(void)
{
	int error = kern_mkdir("/ktest", 0755);

	return error && error != -EEXIST ? error : kern_mount_at("tmpfs", "ktest", "/ktest", 0, "size=" LIMIT_KB);
}

static int end(void)
{
	struct path path;
	int error = kern_path("/ktest", 0, &path);

	if (!error) {
		error = mount_umount(&path, false);
		path_put(&path);
	}
	return error;
}

KTEST(tmpfs, what_is_written_is_read_and_holes_are_zero)
{
	unsigned long before;
	struct file *file;
	char buf[64];
	u64 pos;

	KASSERT_EQ(begin(), 0);
	before = page_state(NR_SHMEM);
	file = filp_open("/ktest/f", O_RDWR | O_CREAT, 0600);
	KASSERT_TRUE(!IS_ERR(file));
	pos = 3 * PAGE_SIZE - 3;
	KEXPECT_EQ(kernel_write(file, "abcdef", 6, &pos), 6L);
	KEXPECT_EQ(pos, 3ULL * PAGE_SIZE + 3);
	KEXPECT_EQ(file->inode->size, 3ULL * PAGE_SIZE + 3);
	KEXPECT_EQ(page_state(NR_SHMEM) - before, 2UL);
	pos = 3 * PAGE_SIZE - 5;
	KEXPECT_EQ(kernel_read(file, buf, sizeof(buf), &pos), 8L);
	KEXPECT(!memcmp(buf, "\0\0abcdef", 8));
	pos = 100;
	KEXPECT_EQ(kernel_read(file, buf, sizeof(buf), &pos), (long)sizeof(buf));
	KEXPECT(!memchr_inv(buf, 0, sizeof(buf)));
	fput(file);
	KEXPECT_EQ(end(), 0);
	KEXPECT_EQ(page_state(NR_SHMEM), before);
}

KTEST(tmpfs, shrinking_forgets_and_growing_shows_zeroes)
{
	struct file *file;
	char buf[8];
	u64 pos = 0;

	KASSERT_EQ(begin(), 0);
	file = filp_open("/ktest/f", O_RDWR | O_CREAT, 0600);
	KASSERT_TRUE(!IS_ERR(file));
	KEXPECT_EQ(kernel_write(file, "12345678", 8, &pos), 8L);
	KEXPECT_EQ(vfs_truncate(file->inode, 3), 0);
	KEXPECT_EQ(vfs_truncate(file->inode, 8), 0);
	pos = 0;
	KEXPECT_EQ(kernel_read(file, buf, 8, &pos), 8L);
	KEXPECT(!memcmp(buf, "123\0\0\0\0\0", 8));
	KEXPECT_EQ(vfs_truncate(file->inode, 0), 0);
	KEXPECT_EQ(file->inode->mapping.nrpages, 0UL);
	KEXPECT_EQ(vfs_truncate(file->inode, 1ULL << 40), 0);
	KEXPECT_EQ(file->inode->mapping.nrpages, 0UL);
	fput(file);
	KEXPECT_EQ(end(), 0);
}

KTEST(tmpfs, a_full_file_system_says_so_and_gives_back_what_is_removed)
{
	char *data = kzalloc(2 * LIMIT_PAGES * PAGE_SIZE, GFP_KERNEL);
	struct file *file;
	u64 pos = 0;

	KASSERT_TRUE(data);
	KASSERT_EQ(begin(), 0);
	file = filp_open("/ktest/f", O_RDWR | O_CREAT, 0600);
	KASSERT_TRUE(!IS_ERR(file));
	KEXPECT_EQ(kernel_write(file, data, 2 * LIMIT_PAGES * PAGE_SIZE, &pos), (long)(LIMIT_PAGES * PAGE_SIZE));
	KEXPECT_EQ(kernel_write(file, data, 1, &pos), (long)-ENOSPC);
	KEXPECT_EQ(kern_unlink("/ktest/f"), 0);
	KEXPECT_EQ(kernel_write(file, data, 1, &pos), (long)-ENOSPC);	/* it is still open */
	fput(file);
	file = filp_open("/ktest/g", O_RDWR | O_CREAT, 0600);
	KASSERT_TRUE(!IS_ERR(file));
	pos = 0;
	KEXPECT_EQ(kernel_write(file, data, 1, &pos), 1L);
	fput(file);
	KEXPECT_EQ(end(), 0);
	kfree(data);
}

KTEST(tmpfs, a_file_with_two_names_lives_until_both_are_gone)
{
	struct file *file;
	struct path path;
	char buf[4];
	u64 pos = 0;

	KASSERT_EQ(begin(), 0);
	file = filp_open("/ktest/a", O_RDWR | O_CREAT, 0600);
	KASSERT_TRUE(!IS_ERR(file));
	KEXPECT_EQ(kernel_write(file, "data", 4, &pos), 4L);
	fput(file);
	KEXPECT_EQ(kern_link("/ktest/a", "/ktest/b"), 0);
	KEXPECT_EQ(kern_unlink("/ktest/a"), 0);
	KASSERT_EQ(kern_path("/ktest/b", 0, &path), 0);
	KEXPECT_EQ(path.dentry->inode->nlink, 1U);
	path_put(&path);
	file = filp_open("/ktest/b", O_RDONLY, 0);
	KASSERT_TRUE(!IS_ERR(file));
	pos = 0;
	KEXPECT_EQ(kernel_read(file, buf, 4, &pos), 4L);
	KEXPECT(!memcmp(buf, "data", 4));
	fput(file);
	KEXPECT_EQ(end(), 0);
}

KTEST(tmpfs, bad_options_are_refused)
{
	KASSERT_EQ(begin(), 0);
	KEXPECT_EQ(kern_mount_at("tmpfs", "x", "/ktest", 0, "size=12q"), -EINVAL);
	KEXPECT_EQ(kern_mount_at("tmpfs", "x", "/ktest", 0, "colour=red"), -EINVAL);
	KEXPECT_EQ(kern_mount_at("nonefs", "x", "/ktest", 0, ""), -ENODEV);
	KEXPECT_EQ(end(), 0);
}
