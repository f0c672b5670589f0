/* process/sys_cred.c - user and group numbers, capabilities: kept and told; they allow and forbid nothing but changing them.
 *
 * Linux: kernel/sys.c, groups.c, capability.c.
 */
#include <process/syscalls.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/x86/usercopy.h>

#define UNCHANGED	((uid_t)-1)

static bool is_root(void)
{
	return current->euid == 0;
}

/* An ordinary user may only move among the numbers that it has. */
static bool may_set(uid_t id, uid_t real, uid_t effective, uid_t saved)
{
	return id == UNCHANGED || is_root() || id == real || id == effective || id == saved;
}

/* --- users --------------------------------------------------------------------------------------------------------- */

long sys_getuid(void)
{
	return current->uid;
}

long sys_geteuid(void)
{
	return current->euid;
}

long sys_setresuid(uid_t real, uid_t effective, uid_t saved)
{
	struct task *t = current;

	if (!may_set(real, t->uid, t->euid, t->suid) || !may_set(effective, t->uid, t->euid, t->suid) ||
	    !may_set(saved, t->uid, t->euid, t->suid))
		return -EPERM;
	if (real != UNCHANGED)
		t->uid = real;
	if (effective != UNCHANGED)
		t->euid = effective;
	if (saved != UNCHANGED)
		t->suid = saved;
	t->fsuid = t->euid;
	return 0;
}

long sys_setuid(uid_t uid)
{
	if (uid == UNCHANGED)
		return -EINVAL;
	return is_root() ? sys_setresuid(uid, uid, uid) : sys_setresuid(UNCHANGED, uid, UNCHANGED);
}

long sys_setreuid(uid_t real, uid_t effective)
{
	uid_t saved = UNCHANGED;

	if (real != UNCHANGED || (effective != UNCHANGED && effective != current->uid))
		saved = effective != UNCHANGED ? effective : current->euid;
	return sys_setresuid(real, effective, saved);
}

long sys_getresuid(uid_t __user *real, uid_t __user *effective, uid_t __user *saved)
{
	return put_user(current->uid, real) || put_user(current->euid, effective) || put_user(current->suid, saved) ?
		-EFAULT : 0;
}

long sys_setfsuid(uid_t uid)
{
	uid_t old = current->fsuid;

	if (uid != UNCHANGED && may_set(uid, current->uid, current->euid, current->suid))
		current->fsuid = uid;
	return old;
}

/* --- groups -------------------------------------------------------------------------------------------------------- */

long sys_getgid(void)
{
	return current->gid;
}

long sys_getegid(void)
{
	return current->egid;
}

long sys_setresgid(gid_t real, gid_t effective, gid_t saved)
{
	struct task *t = current;

	if (!may_set(real, t->gid, t->egid, t->sgid) || !may_set(effective, t->gid, t->egid, t->sgid) ||
	    !may_set(saved, t->gid, t->egid, t->sgid))
		return -EPERM;
	if (real != UNCHANGED)
		t->gid = real;
	if (effective != UNCHANGED)
		t->egid = effective;
	if (saved != UNCHANGED)
		t->sgid = saved;
	t->fsgid = t->egid;
	return 0;
}

long sys_setgid(gid_t gid)
{
	if (gid == UNCHANGED)
		return -EINVAL;
	return is_root() ? sys_setresgid(gid, gid, gid) : sys_setresgid(UNCHANGED, gid, UNCHANGED);
}

long sys_setregid(gid_t real, gid_t effective)
{
	gid_t saved = UNCHANGED;

	if (real != UNCHANGED || (effective != UNCHANGED && effective != current->gid))
		saved = effective != UNCHANGED ? effective : current->egid;
	return sys_setresgid(real, effective, saved);
}

long sys_getresgid(gid_t __user *real, gid_t __user *effective, gid_t __user *saved)
{
	return put_user(current->gid, real) || put_user(current->egid, effective) || put_user(current->sgid, saved) ?
		-EFAULT : 0;
}

long sys_setfsgid(gid_t gid)
{
	gid_t old = current->fsgid;

	if (gid != UNCHANGED && may_set(gid, current->gid, current->egid, current->sgid))
		current->fsgid = gid;
	return old;
}

/* There are no supplementary groups: nothing asks for them. */
long sys_getgroups(int size)
{
	return size < 0 ? -EINVAL : 0;
}

long sys_setgroups(int size)
{
	if (!is_root())
		return -EPERM;
	return size < 0 || size > 65536 ? -EINVAL : 0;
}

/* --- capabilities --------------------------------------------------------------------------------------------------- */

#define CAPABILITY_VERSION_1	0x19980330
#define CAPABILITY_VERSION_2	0x20071026
#define CAPABILITY_VERSION_3	0x20080522
#define ALL_CAPABILITIES	0x1ffffffffffULL	/* 41 of them */

struct user_cap_header {
	u32	version;
	s32	pid;
};

struct user_cap_data {
	u32	effective, permitted, inheritable;
};

/* => words of 32 capabilities in that version's structure; -EINVAL: unknown, and the header now says what is known */
static int cap_words(struct user_cap_header __user *uheader)
{
	u32 version;

	if (get_user(version, &uheader->version))
		return -EFAULT;
	if (version == CAPABILITY_VERSION_1)
		return 1;
	if (version == CAPABILITY_VERSION_2 || version == CAPABILITY_VERSION_3)
		return 2;
	return put_user(CAPABILITY_VERSION_3, &uheader->version) ? -EFAULT : -EINVAL;
}

long sys_capget(struct user_cap_header __user *uheader, struct user_cap_data __user *udata)
{
	u64 all = is_root() ? ALL_CAPABILITIES : 0;
	struct user_cap_data data[2] = { { (u32)all, (u32)all, 0 }, { all >> 32, all >> 32, 0 } };
	int words = cap_words(uheader);

	if (words < 0)
		return !udata && words == -EINVAL ? 0 : words;
	return udata && copy_to_user(udata, data, words * sizeof(data[0])) ? -EFAULT : 0;
}

/* Giving up capabilities is always allowed, and has no effect. */
long sys_capset(struct user_cap_header __user *uheader, const struct user_cap_data __user *udata)
{
	struct user_cap_data data[2];
	int words = cap_words(uheader);

	if (words < 0)
		return words;
	return copy_from_user(data, udata, words * sizeof(data[0])) ? -EFAULT : 0;
}
