/* System V shared memory: ids and keys, attaching, counting, removing, and its pages in swap. */
/* quire-test: swap=128 */
#define _GNU_SOURCE
#include <sys/ipc.h>
#include <sys/shm.h>
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define LENGTH (2 * MB)
#define KEY 0x5175

static int id;

static struct shmid_ds stat_of(int segment)
{
	struct shmid_ds ds = { 0 };

	shmctl(segment, IPC_STAT, &ds);
	return ds;
}

static long attached(void)
{
	return stat_of(id).shm_nattch;
}

static void keys(void)
{
	int other;

	id = shmget(KEY, 5000, IPC_CREAT | IPC_EXCL | 0640);
	ok(id >= 0, "shmget makes a segment");
	is(shmget(KEY, 0, 0), id, "its key finds it");
	is(shmget(KEY, 4000, IPC_CREAT), id, "a smaller size is fine");
	fails_with(EINVAL, shmget(KEY, 9000, 0), "a larger one is not");
	fails_with(EEXIST, shmget(KEY, 5000, IPC_CREAT | IPC_EXCL), "and it can't be made again");
	fails_with(ENOENT, shmget(KEY + 1, 5000, 0), "another key finds nothing");
	fails_with(EINVAL, shmget(IPC_PRIVATE, 0, 0600), "size 0");
	other = shmget(IPC_PRIVATE, 5000, 0600);
	ok(other >= 0 && other != id, "IPC_PRIVATE is always new");
	is(shmctl(other, IPC_RMID, NULL), 0, "remove it");
	ok(shmat(other, NULL, 0) == (void *)-1 && (errno == EINVAL || errno == EIDRM), "it is gone");
	ok(stat_of(id).shm_segsz == 5000 && (stat_of(id).shm_perm.mode & 0777) == 0640 && stat_of(id).shm_cpid == getpid() &&
	   stat_of(id).shm_perm.__key == KEY && !stat_of(id).shm_atime, "IPC_STAT");
	is(shmctl(id, IPC_RMID, NULL), 0, "remove the first");
	fails_with(ENOENT, shmget(KEY, 0, 0), "its key finds it no more");
}

static int child_attached(void *p)
{
	/* Once by the parent, once by the fork. */
	if (attached() != 2 || *(int *)p != 4711)
		return 1;
	*(int *)p = 4712;
	if (shmdt(p) || attached() != 1)
		return 2;
	return shmat(id, NULL, SHM_RDONLY) == (void *)-1 ? 3 : 0;	/* detached by exit */
}

static void attaching(void)
{
	char *p, *q;

	id = shmget(IPC_PRIVATE, LENGTH, 0600);
	p = shmat(id, NULL, 0);
	ok(p != (void *)-1 && all_zero(p, LENGTH), "shmat: it is zero");
	is(attached(), 1, "nattch");
	ok(stat_of(id).shm_lpid == getpid() && stat_of(id).shm_atime, "who attached it last, and when");
	*(int *)p = 4711;
	is(in_child(child_attached, p), 0, "a child has it too, and detaches it");
	ok(*(int *)p == 4712 && attached() == 1, "what it wrote is here, and it is counted no more");
	q = shmat(id, NULL, SHM_RDONLY);
	ok(q != p && *(int *)q == 4712 && attached() == 2, "attached twice");
	is(try_write(q), SIGSEGV, "SHM_RDONLY");
	fails_with(EACCES, mprotect(q, PAGE, PROT_READ | PROT_WRITE), "and it stays so");
	fails_with(EINVAL, (long)shmat(id, p, 0), "where something is mapped already");
	ok(shmat(id, q, SHM_REMAP) == q && try_write(q + 8) == 0 && attached() == 2, "SHM_REMAP");
	fails_with(EINVAL, (long)shmat(id, p + LENGTH + 5, 0), "not at the start of a page");
	is(munmap(q + PAGE, PAGE), 0, "unmap a page in the middle");
	is(attached(), 3, "there are two pieces now");
	is(shmdt(q), 0, "shmdt takes both away");
	is(attached(), 1, "as nattch says");
	fails_with(EINVAL, shmdt(q), "nothing is attached there");
	is(shmctl(id, IPC_RMID, NULL), 0, "remove it while it is attached");
	ok(stat_of(id).shm_perm.mode & 01000 && *(int *)p == 4712, "it lives, marked SHM_DEST");
	q = shmat(id, NULL, 0);
	ok(q != (void *)-1 && shmdt(q) == 0, "its id works still");
	is(shmdt(p), 0, "the last one detaches");
	ok(shmctl(id, IPC_STAT, &(struct shmid_ds){ 0 }) == -1 && (errno == EINVAL || errno == EIDRM), "now it is gone");
}

static void limits(void)
{
	struct shm_info use = { 0 };
	struct shminfo info = { 0 };
	struct shmid_ds ds = { 0 };
	int highest = shmctl(0, IPC_INFO, (void *)&info);

	ok(highest >= 0 && info.shmmni == 4096 && info.shmmin == 1 && info.shmmax == 0xfffffffffeffffffUL, "IPC_INFO");
	id = shmget(IPC_PRIVATE, LENGTH, 0600);
	highest = shmctl(0, SHM_INFO, (void *)&use);
	ok(use.used_ids >= 1 && use.shm_tot >= LENGTH / PAGE, "SHM_INFO");
	ok(highest >= 0 && shmctl(highest, SHM_STAT, &ds) == id, "SHM_STAT gives the id");
	shmctl(id, IPC_RMID, NULL);
}

static void swapping(void)
{
	struct shm_info use = { 0 };
	char *p;

	id = shmget(IPC_PRIVATE, LENGTH, 0600);
	p = shmat(id, NULL, 0);
	fill(p, LENGTH, 5);
	is(shmctl(id, SHM_LOCK, NULL), 0, "SHM_LOCK");
	madvise(p, LENGTH, MADV_PAGEOUT);
	ok(stat_of(id).shm_perm.mode & 02000 && smaps_kb(p, "Swap") == 0, "nothing of it goes out");
	is(shmctl(id, SHM_UNLOCK, NULL), 0, "SHM_UNLOCK");
	for (size_t i = 0; i < LENGTH; i += PAGE)
		try_read(p + i);
	madvise(p, LENGTH, MADV_PAGEOUT);
	ok(within_ms(5000, smaps_kb(p, "Swap") >= (long)LENGTH / 1024 * 9 / 10), "now it does");
	shmctl(0, SHM_INFO, (void *)&use);
	ok(use.shm_swp >= LENGTH / PAGE * 9 / 10, "SHM_INFO counts it");
	shmdt(p);
	p = shmat(id, NULL, 0);
	is(wrong_pages(p, LENGTH, 5), 0, "attached again, it is all there");
	shmctl(id, IPC_RMID, NULL);
	shmdt(p);
}

int main(void)
{
	plan(43);
	catch_faults();
	keys();
	attaching();
	limits();
	swapping();
	return done();
}
