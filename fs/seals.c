/* fs/seals.c - seals: what nobody can do to a file of memory any more, so that who got it from a stranger can rely on it.
 *
 * They are set under inode->rwsem, and never taken off. That nobody writes through a mapping is made sure by a count:
 * shared areas that may write are counted in it, and with a seal against them it is below 0 for ever.
 *
 * Linux: mm/memfd.c.
 */
#include <fs/files.h>

#define F_ALL_SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)

bool inode_allow_writable_area(struct inode *inode)
{
	int count = atomic_read(&inode->writable_areas), seen;

	while (count >= 0) {
		seen = atomic_cmpxchg(&inode->writable_areas, count, count + 1);
		if (seen == count)
			return true;
		count = seen;
	}
	return false;
}

/* => rwsem held for writing */
static int add_seals(struct inode *inode, unsigned int seals)
{
	if (inode->seals & F_SEAL_SEAL)
		return -EPERM;
	/* What can be run must not change. */
	if (seals & F_SEAL_EXEC && inode->mode & 0111)
		seals |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
	if (seals & F_SEAL_WRITE && !(inode->seals & F_SEAL_WRITE) && atomic_cmpxchg(&inode->writable_areas, 0, -1) != 0)
		return -EBUSY;
	WRITE_ONCE(inode->seals, inode->seals | seals);
	if (seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		set_bit(AS_SEALED, &inode->mapping.flags);
	return 0;
}

long file_add_seals(struct file *file, unsigned int seals)
{
	struct inode *inode = file->inode;
	int error;

	if (!(file->mode & FMODE_WRITE))
		return -EPERM;
	if (seals & ~F_ALL_SEALS || !(inode->mapping.flags & BIT(AS_SHMEM)))
		return -EINVAL;
	down_write(&inode->rwsem);
	error = add_seals(inode, seals);
	up_write(&inode->rwsem);
	return error;
}

long file_get_seals(struct file *file)
{
	return file->inode->mapping.flags & BIT(AS_SHMEM) ? (long)READ_ONCE(file->inode->seals) : -EINVAL;
}
