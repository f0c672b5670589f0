/* fs/ipc/shm.c - segments: made, found, attached and detached. See shm.h. */
#include <fs/ipc/shm.h>
#include <fs/mmap.h>
#include <fs/syscalls.h>
#include <fs/tmpfs/tmpfs.h>
#include <kernel/lib/printf.h>
#include <kernel/sched/task.h>
#include <kernel/x86/clock.h>
#include <mm/alloc/slab.h>
#include <mm/file/page_cache.h>

DEFINE_MUTEX(shm_mutex);
struct shm_segment *shm_segments[SHM_SLOTS];
unsigned long shm_ctlmax = ULONG_MAX - (1UL << 24), shm_ctlall = ULONG_MAX - (1UL << 24), shm_total;
unsigned int shm_ctlmni = SHM_SLOTS;

static unsigned int next_sequence;	/* (m) */

u64 shm_now(void)
{
	return clock_realtime_ns() / 1000000000ULL;
}

static unsigned long segment_pages(const struct shm_segment *segment)
{
	return DIV_ROUND_UP(segment->size, PAGE_SIZE);
}

struct shm_segment *shm_find(int id)
{
	unsigned int slot = id & (BIT(SHM_SLOT_BITS) - 1);
	struct shm_segment *segment = id >= 0 && slot < SHM_SLOTS ? shm_segments[slot] : NULL;

	if (!segment)
		return ERR_PTR(-EINVAL);
	return segment->id == id ? segment : ERR_PTR(-EIDRM);
}

bool shm_put(struct shm_segment *segment)
{
	if (--segment->nattch || !(segment->mode & SHM_DEST))
		return false;
	shm_segments[segment->id & (BIT(SHM_SLOT_BITS) - 1)] = NULL;
	shm_total -= segment_pages(segment);
	if (segment->accounted)
		vm_unacct_memory(segment_pages(segment));
	fput(segment->file);
	kfree(segment);
	return true;
}

/* --- shmget --------------------------------------------------------------------------------------------------------- */

static int free_slot(void)
{
	for (unsigned int slot = 0; slot < min(READ_ONCE(shm_ctlmni), (unsigned int)SHM_SLOTS); slot++)
		if (!shm_segments[slot])
			return slot;
	return -ENOSPC;
}

/* => ERR_PTR(-ENOMEM) */
static struct file *segment_file(int key, int id, size_t size)
{
	struct file *file;
	char name[16];

	snprintf(name, sizeof(name), "SYSV%08x", key);
	file = tmpfs_unlinked_file(name);
	if (IS_ERR(file))
		return file;
	file->inode->ino = id;
	file->inode->size = size;
	return file;
}

/* => shm_mutex held. The id, or -errno */
static int new_segment(int key, size_t size, int flags)
{
	bool accounted = !(flags & SHM_NORESERVE);
	struct shm_segment *s;
	int slot;

	if (!size || size > READ_ONCE(shm_ctlmax))
		return -EINVAL;
	if (flags & SHM_HUGETLB)
		return -ENOMEM;		/* there is no pool of huge pages to take from */
	if (DIV_ROUND_UP(size, PAGE_SIZE) + shm_total > READ_ONCE(shm_ctlall))
		return -ENOSPC;
	slot = free_slot();
	if (slot < 0)
		return slot;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	*s = (struct shm_segment){
		.id = (next_sequence++ & 0xffff) << SHM_SLOT_BITS | slot, .key = key, .size = size, .accounted = accounted,
		.mode = flags & 0777, .uid = current->fsuid, .cuid = current->fsuid, .gid = current->fsgid,
		.cgid = current->fsgid, .cpid = current->tgid, .ctime = shm_now(),
	};
	if (accounted && vm_enough_memory(segment_pages(s))) {
		kfree(s);
		return -ENOMEM;
	}
	s->file = segment_file(key, s->id, size);
	if (IS_ERR(s->file)) {
		if (accounted)
			vm_unacct_memory(segment_pages(s));
		kfree(s);
		return -ENOMEM;
	}
	if (accounted)
		clear_bit(AS_COMMIT_PAGES, &s->file->inode->mapping.flags);
	shm_segments[slot] = s;
	shm_total += segment_pages(s);
	return s->id;
}

/* => shm_mutex held */
static struct shm_segment *find_key(int key)
{
	for (unsigned int i = 0; key != IPC_PRIVATE && i < SHM_SLOTS; i++)
		if (shm_segments[i] && shm_segments[i]->key == key)
			return shm_segments[i];
	return NULL;
}

static int get_segment(int key, size_t size, int flags)
{
	struct shm_segment *segment = find_key(key);

	if (!segment)
		return key == IPC_PRIVATE || flags & IPC_CREAT ? new_segment(key, size, flags) : -ENOENT;
	if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return -EEXIST;
	return size > segment->size ? -EINVAL : segment->id;
}

long ksys_shmget(int key, size_t size, int flags)
{
	long ret;

	mutex_lock(&shm_mutex);
	ret = get_segment(key, size, flags);
	mutex_unlock(&shm_mutex);
	return ret;
}

/* --- areas ------------------------------------------------------------------------------------------------------------ */

static void shm_open(struct vma *vma)
{
	struct shm_segment *segment = vma->private;

	file_vma_open(vma);
	mutex_lock(&shm_mutex);
	segment->nattch++;
	segment->atime = shm_now();
	segment->lpid = current->tgid;
	mutex_unlock(&shm_mutex);
}

static void shm_close(struct vma *vma)
{
	struct shm_segment *segment = vma->private;

	mutex_lock(&shm_mutex);
	segment->dtime = shm_now();
	segment->lpid = current->tgid;
	shm_put(segment);
	mutex_unlock(&shm_mutex);
	file_vma_close(vma);
}

static vm_fault_t shm_fault(struct vm_fault *vmf)
{
	struct inode *inode = vmf->vma->file->inode;

	return mapping_fault(vmf, &inode->mapping, &inode->size, true);
}

static struct mapping *shm_mapping(struct vma *vma)
{
	return &vma->file->inode->mapping;
}

static const struct vma_ops shm_vma_ops = {
	.open		= shm_open,
	.close		= shm_close,
	.fault		= shm_fault,
	.mapping	= shm_mapping,
	.name		= file_vma_name,
	.info		= file_vma_info,
};

struct shm_source {
	struct mmap_source source;
	struct shm_segment *segment;
};

static int attach_segment(struct mmap_source *source, struct vma *vma)
{
	vma->file = source->file;
	vma->private = container_of(source, struct shm_source, source)->segment;
	vma->ops = &shm_vma_ops;
	shm_open(vma);
	return 0;
}

/* --- shmat and shmdt ---------------------------------------------------------------------------------------------------- */

/* => the segment with one user more: the call. Or ERR_PTR */
static struct shm_segment *hold_segment(int id)
{
	struct shm_segment *segment;

	mutex_lock(&shm_mutex);
	segment = shm_find(id);
	if (!IS_ERR(segment))
		segment->nattch++;
	mutex_unlock(&shm_mutex);
	return segment;
}

/* => 0, or -EINVAL; *addr and *map_flags are what mmap is to be told */
static int choose_address(unsigned long *addr, int flags, unsigned long *map_flags)
{
	*map_flags = MAP_SHARED;
	if (!*addr)
		return flags & SHM_REMAP ? -EINVAL : 0;
	if (*addr & (SHMLBA - 1)) {
		if (!(flags & SHM_RND))
			return -EINVAL;
		*addr &= ~(SHMLBA - 1);
		if (!*addr && flags & SHM_REMAP)
			return -EINVAL;
	}
	*map_flags |= flags & SHM_REMAP ? MAP_FIXED : MAP_FIXED_NOREPLACE;
	return 0;
}

static long attach(struct shm_segment *segment, unsigned long addr, int flags)
{
	struct shm_source s = {
		.source = { .file = segment->file, .attach = attach_segment, .may_flags = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC,
			    .huge = shmem_may_be_huge(&segment->file->inode->mapping) },
		.segment = segment,
	};
	unsigned long prot = PROT_READ | (flags & SHM_RDONLY ? 0 : PROT_WRITE) | (flags & SHM_EXEC ? PROT_EXEC : 0);
	unsigned long map_flags, ret;
	int error = choose_address(&addr, flags, &map_flags);

	if (error)
		return error;
	if (flags & SHM_RDONLY)
		s.source.may_flags &= ~VM_MAYWRITE;
	ret = do_mmap(current->mm, addr, segment->size, prot, map_flags, &s.source, 0);
	/* Something is there already: shmat has another word for it. */
	return ret == (unsigned long)-EEXIST ? -EINVAL : (long)ret;
}

long ksys_shmat(int id, unsigned long addr, int flags)
{
	struct shm_segment *segment = hold_segment(id);
	long ret;

	if (IS_ERR(segment))
		return PTR_ERR(segment);
	ret = attach(segment, addr, flags);
	mutex_lock(&shm_mutex);
	shm_put(segment);
	mutex_unlock(&shm_mutex);
	return ret;
}

/* Is it a piece of what was attached at addr? Attached areas may have been cut, and parts of them unmapped. */
static bool is_piece(const struct vma *vma, unsigned long addr)
{
	return vma->ops == &shm_vma_ops && vma->vm_start >= addr &&
	       vma->vm_start - addr == vma->vm_pgoff << PAGE_SHIFT;
}

/* => mmap_lock for writing */
static int detach(struct mm *mm, unsigned long addr)
{
	struct vma *vma = find_vma(mm, addr), *next;
	struct file *file;
	unsigned long end;
	int error = 0;

	while (vma && !is_piece(vma, addr))
		vma = vma_next(vma);
	if (!vma)
		return -EINVAL;
	file = vma->file;
	end = addr + PAGE_ALIGN(file->inode->size);
	for (; vma && vma->vm_end <= end && !error; vma = next) {
		next = vma_next(vma);
		if (is_piece(vma, addr) && vma->file == file)
			error = munmap_locked(mm, vma->vm_start, vma->vm_end);
	}
	return error;
}

long ksys_shmdt(unsigned long addr)
{
	struct mm *mm = current->mm;
	int error;

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	mmap_write_lock(mm);
	error = detach(mm, addr);
	mmap_write_unlock(mm);
	return error;
}
