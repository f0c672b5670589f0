/* fs/tmpfs/memfd.c - files of tmpfs that are in no directory: memfd_create(2), and for fs/ipc. Linux: mm/memfd.c. */
#include <fs/tmpfs/tmpfs.h>
#include <fs/files.h>
#include <fs/mount.h>
#include <fs/namei.h>
#include <fs/syscalls.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>

#define MFD_CLOEXEC		1
#define MFD_ALLOW_SEALING	2
#define MFD_NOEXEC_SEAL		8
#define MFD_EXEC		16
#define MEMFD_NAME_MAX		249

static struct mount *memfd_mount;	/* made at the first call, under memfd_mutex */
static DEFINE_MUTEX(memfd_mutex);

static struct mount *get_memfd_mount(void)
{
	struct mount *mnt;

	mutex_lock(&memfd_mutex);
	if (!memfd_mount) {
		mnt = kern_mount("tmpfs", "size=0");
		if (!IS_ERR(mnt))
			memfd_mount = mnt;
	} else {
		mnt = memfd_mount;
	}
	mutex_unlock(&memfd_mutex);
	return mnt;
}

struct file *tmpfs_unlinked_file(const char *name)
{
	struct mount *mnt = get_memfd_mount();
	struct inode *inode;
	struct path path;
	struct file *file;

	if (IS_ERR(mnt))
		return ERR_CAST(mnt);
	inode = tmpfs_new_inode(mnt->sb, S_IFREG | 0777, 0);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->nlink = 0;
	inode->mapping.huge = SHMEM_HUGE_KNOB;
	path.dentry = d_alloc(mnt->root, name, strlen(name));
	if (!path.dentry) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	path.dentry->inode = inode;
	path.mnt = mnt;
	file = dentry_open(&path, O_RDWR);
	dput(path.dentry);
	return file;
}

long ksys_memfd_create(const char __user *uname, unsigned int flags)
{
	char name[NAME_MAX + 1], *given;
	struct file *file;
	int fd;

	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC) ||
	    (flags & (MFD_NOEXEC_SEAL | MFD_EXEC)) == (MFD_NOEXEC_SEAL | MFD_EXEC))
		return -EINVAL;
	given = getname(uname, LOOKUP_EMPTY);
	if (IS_ERR(given))
		return PTR_ERR(given) == -ENAMETOOLONG ? -EINVAL : PTR_ERR(given);
	if (strlen(given) > MEMFD_NAME_MAX) {
		putname(given);
		return -EINVAL;
	}
	snprintf(name, sizeof(name), "memfd:%s", given);
	putname(given);
	fd = get_unused_fd_flags(flags & MFD_CLOEXEC ? O_CLOEXEC : 0);
	if (fd < 0)
		return fd;
	file = tmpfs_unlinked_file(name);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	if (flags & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL))
		file->inode->seals = 0;
	if (flags & MFD_NOEXEC_SEAL) {
		file->inode->mode &= ~0111;
		file->inode->seals = F_SEAL_EXEC;
	}
	fd_install(fd, file);
	return fd;
}
