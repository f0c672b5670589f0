/* Seals: what was promised about a file in memory cannot be done to it any more. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#ifndef MADV_REMOVE
#define MADV_REMOVE 9
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x10
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x20
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8
#endif
#define LENGTH (4 * PAGE)

static int sealable(void)
{
	int fd = memfd_create("sealed", MFD_ALLOW_SEALING);

	ftruncate(fd, LENGTH);
	return fd;
}

static void *map(int fd, int prot)
{
	return mmap(NULL, LENGTH, prot, MAP_SHARED, fd, 0);
}

static char long_name[8192];

static void which(void)
{
	int fd = memfd_create("plain", 0), other = open("/tmp/unsealed", O_RDWR | O_CREAT, 0600);

	is(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL, "without MFD_ALLOW_SEALING it can't be sealed");
	fails_with(EPERM, fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), "as F_ADD_SEALS says");
	close(fd);
	memset(long_name, 'x', sizeof(long_name) - 1);
	fails_with(EINVAL, memfd_create(long_name, 0), "a name that is too long, even for a path");
	fd = sealable();
	is(fcntl(fd, F_GET_SEALS), 0, "with it there is no seal yet");
	fails_with(EINVAL, fcntl(fd, F_ADD_SEALS, 0x1000), "no such seal");
	is(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), 0, "F_SEAL_SEAL");
	fails_with(EPERM, fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), "is the last one");
	close(fd);
	close(other);
	unlink("/tmp/unsealed");
}

static void sizes(void)
{
	int fd = sealable();

	is(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0, "F_SEAL_SHRINK");
	fails_with(EPERM, ftruncate(fd, PAGE), "it does not shrink");
	is(ftruncate(fd, LENGTH + PAGE), 0, "it does grow");
	is(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0, "F_SEAL_GROW");
	fails_with(EPERM, ftruncate(fd, LENGTH + 2 * PAGE), "it does not grow");
	fails_with(EPERM, fallocate(fd, 0, 0, LENGTH + 2 * PAGE), "nor by fallocate");
	is(pwrite(fd, "x", 1, 0), 1, "but can be written");
	close(fd);
}

static void writes(void)
{
	int fd = sealable();
	char *p = map(fd, PROT_READ | PROT_WRITE), *q;

	p[0] = 'a';
	fails_with(EBUSY, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), "F_SEAL_WRITE has to wait for a mapping");
	munmap(p, LENGTH);
	p = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	is(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0, "but not for a private one");
	fails_with(EPERM, pwrite(fd, "x", 1, 0), "write");
	fails_with(EPERM, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE), "a hole");
	ok(map(fd, PROT_READ | PROT_WRITE) == MAP_FAILED && errno == EPERM, "a mapping for writing");
	q = map(fd, PROT_READ);
	ok(q != MAP_FAILED && q[0] == 'a', "one for reading is fine");
	fails_with(EACCES, mprotect(q, LENGTH, PROT_READ | PROT_WRITE), "and stays so");
	p[0] = 'b';
	is(q[0], 'a', "what a private mapping writes is its own");
	close(fd);
}

static void future_writes(void)
{
	int fd = sealable();
	char *p = map(fd, PROT_READ | PROT_WRITE), *q;

	is(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), 0, "F_SEAL_FUTURE_WRITE beside a mapping");
	fails_with(EPERM, pwrite(fd, "x", 1, 0), "no more writes");
	ok(map(fd, PROT_READ | PROT_WRITE) == MAP_FAILED && errno == EPERM, "nor mappings for them");
	p[1] = 'c';
	q = map(fd, PROT_READ);
	is(q[1], 'c', "the old mapping writes on");
	fails_with(EPERM, madvise(p, PAGE, MADV_REMOVE), "but makes no hole");
	is(q[1], 'c', "so that nothing is lost");
	close(fd);
}

static void programs(void)
{
	int fd = memfd_create("data", MFD_NOEXEC_SEAL);
	struct stat st;

	if (fd < 0) {
		skip(3, "no MFD_NOEXEC_SEAL");
		return;
	}
	fstat(fd, &st);
	is(st.st_mode & 0777, 0666, "MFD_NOEXEC_SEAL: no program");
	is(fcntl(fd, F_GET_SEALS), F_SEAL_EXEC, "and sealed so");
	fails_with(EPERM, fchmod(fd, 0777), "it can't become one");
	close(fd);
}

int main(void)
{
	plan(31);
	which();
	sizes();
	writes();
	future_writes();
	programs();
	return done();
}
