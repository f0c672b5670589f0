/* fs/mount_calls.c - mount(2), umount2(2), sync(2).
 *
 * Linux: fs/namespace.c, sync.c.
 */
#include <fs/mount.h>
#include <fs/files.h>
#include <fs/namei.h>
#include <fs/syscalls.h>
#include <kernel/lib/string.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>

/* An optional string of the caller, at most a page. => kfree; "" when absent; ERR_PTR */
static char *option_string(const char __user *text)
{
	char *buf = kzalloc(PATH_MAX, GFP_KERNEL);
	long len;

	if (!buf)
		return ERR_PTR(-ENOMEM);
	len = text ? strncpy_from_user(buf, text, PATH_MAX) : 0;
	if (len == PATH_MAX)
		len = -EINVAL;
	if (len < 0) {
		kfree(buf);
		return ERR_PTR(len);
	}
	return buf;
}

static int mount_at_path(const char *source, const struct path *path, const char *type, unsigned long flags,
			 const char *options)
{
	struct path from;
	int error;

	if (flags & MS_MOVE)
		return -EINVAL;
	if (flags & MS_REMOUNT)
		return mount_remount(path, flags, options);
	if (flags & MS_BIND) {
		error = kern_path(source, LOOKUP_FOLLOW, &from);
		if (error)
			return error;
		error = mount_bind(&from, path);
		path_put(&from);
		return error;
	}
	return mount_type(type, source, path, flags, options);
}

int kern_mount_at(const char *type, const char *source, const char *dir, unsigned long flags, const char *options)
{
	struct path path;
	int error = kern_path(dir, LOOKUP_FOLLOW, &path);

	if (error)
		return error;
	error = mount_at_path(source ? source : "", &path, type, flags, options ? options : "");
	path_put(&path);
	return error;
}

long do_mount(const char __user *source, const char __user *dir, const char __user *type, unsigned long flags,
	      const void __user *data)
{
	char *text[3] = { option_string(source), option_string(type), option_string(data) };
	struct path path;
	long error = 0;

	if ((flags & 0xffff0000) == 0xc0ed0000)		/* a magic number of the nineties, still passed by old programs */
		flags &= 0xffff;
	for (int i = 0; i < 3; i++)
		if (IS_ERR(text[i]))
			error = PTR_ERR(text[i]);
	if (!error)
		error = user_path_at(AT_FDCWD, dir, LOOKUP_FOLLOW, &path);
	if (!error) {
		error = mount_at_path(text[0], &path, text[1], flags, text[2]);
		path_put(&path);
	}
	for (int i = 0; i < 3; i++)
		if (!IS_ERR(text[i]))
			kfree(text[i]);
	return error;
}

long ksys_umount2(const char __user *name, int flags)
{
	struct path path;
	int error = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);

	if (error)
		return error;
	error = mount_umount(&path, flags & MNT_DETACH);
	path_put(&path);
	return error;
}

long ksys_sync(void)
{
	sync_filesystems();
	return 0;
}

long ksys_syncfs(unsigned int fd)
{
	struct fd f = fdget(fd);
	struct superblock *sb;
	long error;

	if (!f.file)
		return -EBADF;
	sb = f.file->path.mnt->sb;
	error = sb->op->sync_fs ? sb->op->sync_fs(sb) : 0;
	fdput(f);
	return error;
}
