/* fs/ipc/shmctl.c - what is known of segments, changed and shown; and their removal. See shm.h. */
#include <fs/ipc/shm.h>
#include <fs/seq.h>
#include <fs/syscalls.h>
#include <kernel/sched/task.h>
#include <kernel/x86/usercopy.h>
#include <mm/file/page_cache.h>

/* What user programs know; the layouts are the ABI's. */
struct user_ipc_perm {
	s32 key;
	u32 uid, gid, cuid, cgid, mode;
	u16 seq, pad[3];
	u64 unused[2];
};
static_assert(sizeof(struct user_ipc_perm) == 48);
struct user_shmid_ds {
	struct user_ipc_perm perm;
	u64 segsz, atime, dtime, ctime;
	s32 cpid, lpid;
	u64 nattch, unused[2];
};
static_assert(sizeof(struct user_shmid_ds) == 112);
struct user_shminfo { u64 shmmax, shmmin, shmmni, shmseg, shmall, unused[4]; };
struct user_shm_info { s32 used_ids; u64 total, resident, swapped, swap_attempts, swap_successes; };

static const struct mapping *segment_mapping(const struct shm_segment *segment)
{
	return &segment->file->inode->mapping;
}

/* => shm_mutex held. The highest slot in use, 0 if none is */
static int highest_slot(void)
{
	int slot = SHM_SLOTS - 1;

	while (slot && !shm_segments[slot])
		slot--;
	return slot;
}

static long info(void __user *buf)
{
	struct user_shminfo info = {
		.shmmax = READ_ONCE(shm_ctlmax), .shmmin = 1, .shmmni = READ_ONCE(shm_ctlmni),
		.shmseg = READ_ONCE(shm_ctlmni), .shmall = READ_ONCE(shm_ctlall),
	};
	int slot;

	mutex_lock(&shm_mutex);
	slot = highest_slot();
	mutex_unlock(&shm_mutex);
	return copy_to_user(buf, &info, sizeof(info)) ? -EFAULT : slot;
}

static long usage(void __user *buf)
{
	struct user_shm_info info = { 0 };
	int slot;

	mutex_lock(&shm_mutex);
	slot = highest_slot();
	for (int i = 0; i <= slot; i++) {
		if (!shm_segments[i])
			continue;
		info.used_ids++;
		info.resident += READ_ONCE(segment_mapping(shm_segments[i])->nrpages);
		info.swapped += READ_ONCE(segment_mapping(shm_segments[i])->nrswapped);
	}
	info.total = shm_total;
	mutex_unlock(&shm_mutex);
	return copy_to_user(buf, &info, sizeof(info)) ? -EFAULT : slot;
}

/* => shm_mutex held */
static void describe(const struct shm_segment *s, struct user_shmid_ds *ds)
{
	*ds = (struct user_shmid_ds){
		.perm = { .key = s->key, .uid = s->uid, .gid = s->gid, .cuid = s->cuid, .cgid = s->cgid, .mode = s->mode,
			  .seq = s->id >> SHM_SLOT_BITS },
		.segsz = s->size, .atime = s->atime, .dtime = s->dtime, .ctime = s->ctime, .cpid = s->cpid,
		.lpid = s->lpid, .nattch = s->nattch,
	};
}

/* by_slot: the number is the slot, and the answer the id, so that a program can list all segments */
static long stat(int id, bool by_slot, void __user *buf)
{
	struct shm_segment *segment;
	struct user_shmid_ds ds;
	long ret;

	mutex_lock(&shm_mutex);
	if (by_slot)
		segment = id >= 0 && id < SHM_SLOTS && shm_segments[id] ? shm_segments[id] : ERR_PTR(-EINVAL);
	else
		segment = shm_find(id);
	ret = PTR_ERR_OR_ZERO(segment);
	if (!ret) {
		describe(segment, &ds);
		ret = by_slot ? segment->id : 0;
	}
	mutex_unlock(&shm_mutex);
	if (ret >= 0 && copy_to_user(buf, &ds, sizeof(ds)))
		return -EFAULT;
	return ret;
}

static long set(int id, const void __user *buf)
{
	struct shm_segment *segment;
	struct user_shmid_ds ds;

	if (copy_from_user(&ds, buf, sizeof(ds)))
		return -EFAULT;
	mutex_lock(&shm_mutex);
	segment = shm_find(id);
	if (!IS_ERR(segment)) {
		segment->uid = ds.perm.uid;
		segment->gid = ds.perm.gid;
		segment->mode = (segment->mode & ~0777) | (ds.perm.mode & 0777);
		segment->ctime = shm_now();
	}
	mutex_unlock(&shm_mutex);
	return PTR_ERR_OR_ZERO(segment);
}

static long remove(int id)
{
	struct shm_segment *segment;

	mutex_lock(&shm_mutex);
	segment = shm_find(id);
	if (!IS_ERR(segment)) {
		segment->mode |= SHM_DEST;
		segment->key = IPC_PRIVATE;
		segment->nattch++;
		shm_put(segment);
	}
	mutex_unlock(&shm_mutex);
	return PTR_ERR_OR_ZERO(segment);
}

static long lock(int id, bool lock)
{
	struct shm_segment *segment;

	mutex_lock(&shm_mutex);
	segment = shm_find(id);
	if (!IS_ERR(segment)) {
		segment->mode = lock ? segment->mode | SHM_LOCKED : segment->mode & ~SHM_LOCKED;
		shmem_lock(&segment->file->inode->mapping, lock);
	}
	mutex_unlock(&shm_mutex);
	return PTR_ERR_OR_ZERO(segment);
}

long ksys_shmctl(int id, int command, void __user *buf)
{
	if (id < 0 || command < 0)
		return -EINVAL;
	switch (command) {
	case IPC_INFO:		return info(buf);
	case SHM_INFO:		return usage(buf);
	case IPC_STAT:		return stat(id, false, buf);
	case SHM_STAT:
	case SHM_STAT_ANY:	return stat(id, true, buf);
	case IPC_SET:		return set(id, buf);
	case IPC_RMID:		return remove(id);
	case SHM_LOCK:
	case SHM_UNLOCK:	return lock(id, command == SHM_LOCK);
	default:		return -EINVAL;
	}
}

int shm_proc_show(struct seq *m, void *arg __unused)
{
	seq_puts(m, "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime"
		    "      dtime      ctime                   rss                  swap\n");
	mutex_lock(&shm_mutex);
	for (unsigned int i = 0; i < SHM_SLOTS; i++) {
		const struct shm_segment *s = shm_segments[i];

		if (!s)
			continue;
		seq_printf(m, "%10d %10d  %4o %21lu %5u %5u  %5lu %5u %5u %5u %5u ", s->key, s->id, s->mode, s->size,
			   s->cpid, s->lpid, s->nattch, s->uid, s->gid, s->cuid, s->cgid);
		seq_printf(m, "%10llu %10llu %10llu %21lu %21lu\n", s->atime, s->dtime, s->ctime,
			   READ_ONCE(segment_mapping(s)->nrpages) * PAGE_SIZE,
			   READ_ONCE(segment_mapping(s)->nrswapped) * PAGE_SIZE);
	}
	mutex_unlock(&shm_mutex);
	return 0;
}
