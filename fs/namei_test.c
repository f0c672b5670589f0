/* fs/namei_test.c - the walk along a path, on a small tree of its own below /ktest. */
#include <fs/namei.h>
#include <fs/mount.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>

static int lookup(const char *name, unsigned int flags)
{
	struct path path;
	int error = kern_path(name, flags, &path);

	if (!error)
		path_put(&path);
	return error;
}

static u64 ino(const char *name)
{
	struct path path;
	u64 n = 0;

	if (!kern_path(name, LOOKUP_FOLLOW, &path)) {
		n = path.dentry->inode->ino;
		path_put(&path);
	}
	return n;
}

static int touch(const char *name)
{
	struct file *file = filp_open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);

	if (IS_ERR(file))
		return PTR_ERR(file);
	fput(file);
	return 0;
}

/* => a tmpfs on /ktest, so that nothing is left behind */
static int begin(void)
{
	int error = kern_mkdir("/ktest", 0755);

	return error && error != -EEXIST ? error : kern_mount_at("tmpfs", "ktest", "/ktest", 0, "size=1m");
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

KTEST(namei, dots_and_slashes)
{
	KASSERT_EQ(begin(), 0);
	KEXPECT_EQ(kern_mkdir("/ktest/a", 0755), 0);
	KEXPECT_EQ(kern_mkdir("/ktest/a/b/", 0755), 0);
	KEXPECT_EQ(touch("/ktest/a/file"), 0);
	KEXPECT_NE(ino("/ktest/a"), 0ULL);
	KEXPECT_EQ(ino("//ktest/./a/b/../../a/"), ino("/ktest/a"));
	KEXPECT_EQ(ino("/../../ktest/a/b/.."), ino("/ktest/a"));
	KEXPECT_EQ(lookup("/ktest/a/file/", 0), -ENOTDIR);
	KEXPECT_EQ(lookup("/ktest/a/file/x", 0), -ENOTDIR);
	KEXPECT_EQ(lookup("/ktest/none/x", 0), -ENOENT);
	KEXPECT_EQ(lookup("", 0), -ENOENT);
	KEXPECT_EQ(lookup("/ktest/a/file", LOOKUP_DIRECTORY), -ENOTDIR);
	KEXPECT_EQ(end(), 0);
}

KTEST(namei, symbolic_links)
{
	KASSERT_EQ(begin(), 0);
	KEXPECT_EQ(kern_mkdir("/ktest/dir", 0755), 0);
	KEXPECT_EQ(touch("/ktest/dir/file"), 0);
	KEXPECT_EQ(kern_symlink("dir", "/ktest/rel"), 0);
	KEXPECT_EQ(kern_symlink("/ktest/rel/file", "/ktest/abs"), 0);
	KEXPECT_EQ(kern_symlink("loop2", "/ktest/loop1"), 0);
	KEXPECT_EQ(kern_symlink("loop1", "/ktest/loop2"), 0);
	KEXPECT_EQ(kern_symlink("nowhere", "/ktest/dangling"), 0);
	KEXPECT_EQ(ino("/ktest/rel/file"), ino("/ktest/dir/file"));
	KEXPECT_EQ(ino("/ktest/abs"), ino("/ktest/dir/file"));
	KEXPECT_EQ(ino("/ktest/rel/../rel/"), ino("/ktest/dir"));
	KEXPECT_EQ(lookup("/ktest/abs/", LOOKUP_FOLLOW), -ENOTDIR);
	KEXPECT_EQ(lookup("/ktest/loop1", LOOKUP_FOLLOW), -ELOOP);
	KEXPECT_EQ(lookup("/ktest/loop1", 0), 0);
	KEXPECT_EQ(lookup("/ktest/loop1/x", 0), -ELOOP);
	KEXPECT_EQ(lookup("/ktest/dangling", LOOKUP_FOLLOW), -ENOENT);
	KEXPECT_EQ(touch("/ktest/dangling"), -EEXIST);
	KEXPECT_EQ(end(), 0);
}

KTEST(namei, open_flags)
{
	struct file *file;

	KASSERT_EQ(begin(), 0);
	KEXPECT_EQ(touch("/ktest/file"), 0);
	KEXPECT_EQ(touch("/ktest/file"), -EEXIST);
	KEXPECT_EQ(touch("/ktest/new/"), -EISDIR);
	KEXPECT_EQ(kern_symlink("created", "/ktest/link"), 0);
	KEXPECT_EQ(PTR_ERR(filp_open("/ktest/link", O_RDONLY | O_NOFOLLOW, 0)), (long)-ELOOP);
	KEXPECT_EQ(PTR_ERR(filp_open("/ktest/file", O_RDONLY | O_DIRECTORY, 0)), (long)-ENOTDIR);
	KEXPECT_EQ(PTR_ERR(filp_open("/ktest", O_WRONLY, 0)), (long)-EISDIR);
	KEXPECT_EQ(PTR_ERR(filp_open("/ktest/link", O_RDONLY, 0)), (long)-ENOENT);
	/* creating through a dangling link makes what it names */
	file = filp_open("/ktest/link", O_WRONLY | O_CREAT, 0600);
	KASSERT_TRUE(!IS_ERR(file));
	fput(file);
	KEXPECT_EQ(ino("/ktest/created"), ino("/ktest/link"));
	KEXPECT_EQ(end(), 0);
}

KTEST(namei, a_busy_mount_stays)
{
	struct file *file;

	KASSERT_EQ(begin(), 0);
	file = filp_open("/ktest/open", O_RDWR | O_CREAT, 0600);
	KASSERT_TRUE(!IS_ERR(file));
	KEXPECT_EQ(end(), -EBUSY);
	KEXPECT_EQ(kern_unlink("/ktest/open"), 0);
	fput(file);
	KEXPECT_EQ(end(), 0);
}

KTEST(namei, a_program_that_runs_is_not_written_to)
{
	struct file *file, *exec;

	KASSERT_EQ(begin(), 0);
	file = filp_open("/ktest/prog", O_RDWR | O_CREAT, 0755);
	KASSERT_TRUE(!IS_ERR(file));
	KEXPECT_EQ(PTR_ERR(open_exec("/ktest/prog")), (long)-ETXTBSY);
	fput(file);
	exec = open_exec("/ktest/prog");
	KASSERT_TRUE(!IS_ERR(exec));
	KEXPECT_EQ(PTR_ERR(filp_open("/ktest/prog", O_WRONLY, 0)), (long)-ETXTBSY);
	exec_file_put(exec);
	file = filp_open("/ktest/prog", O_WRONLY, 0);
	KEXPECT(!IS_ERR(file));
	if (!IS_ERR(file))
		fput(file);
	KEXPECT_EQ(end(), 0);
}
