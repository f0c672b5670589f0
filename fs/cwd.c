/* fs/cwd.c - chdir, chroot, getcwd, umask.
 *
 * Linux: fs/open.c, d_path.c, kernel/sys.c.
 */
#include <fs/files.h>
#include <fs/namei.h>
#include <fs/syscalls.h>
#include <kernel/lib/string.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>

long ksys_chdir(const char __user *name)
{
	struct path path;
	int error = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (error)
		return error;
	set_fs_path(current->fs, &current->fs->cwd, &path);
	path_put(&path);
	return 0;
}

long ksys_fchdir(unsigned int fd)
{
	struct fd f = fdget_raw(fd);
	long error = -ENOTDIR;

	if (!f.file)
		return -EBADF;
	if (is_directory(f.file->inode)) {
		set_fs_path(current->fs, &current->fs->cwd, &f.file->path);
		error = 0;
	}
	fdput(f);
	return error;
}

long ksys_chroot(const char __user *name)
{
	struct path path;
	int error = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (error)
		return error;
	set_fs_path(current->fs, &current->fs->root, &path);
	path_put(&path);
	return 0;
}

long ksys_getcwd(char __user *buf, unsigned long size)
{
	struct path root, cwd;
	char *text, *p;
	long ret;

	text = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	get_fs_root(current->fs, &root);
	get_fs_cwd(current->fs, &cwd);
	p = d_path(&cwd, &root, text, PATH_MAX);
	if (IS_ERR(p)) {
		ret = PTR_ERR(p);
	} else if (d_unlinked(cwd.dentry)) {
		ret = -ENOENT;
	} else {
		ret = strlen(p) + 1;
		if ((unsigned long)ret > size)
			ret = -ERANGE;
		else if (copy_to_user(buf, p, ret))
			ret = -EFAULT;
	}
	path_put(&cwd);
	path_put(&root);
	kfree(text);
	return ret;
}

long ksys_umask(int mask)
{
	return xchg(&current->fs->umask, mask & S_IRWXUGO);
}
