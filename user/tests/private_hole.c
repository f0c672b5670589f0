/* A private copy of a file's page: a hole in the file leaves it alone, a shorter file takes it away. */
/* quire-test: */
#define _GNU_SOURCE
#include <fcntl.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	int fd = memfd_create("hole", 0);
	char *copy, *file;

	plan(7);
	catch_faults();
	is(ftruncate(fd, 4 * PAGE), 0, "an object of four pages");
	file = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	copy = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	memset(file, 'f', 4 * PAGE);
	is(copy[2 * PAGE], 'f', "the private area shows the object");
	copy[PAGE] = 'c';
	copy[3 * PAGE] = 'c';
	is(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, 2 * PAGE), 0, "a hole of two pages");
	ok(file[PAGE] == 0 && copy[2 * PAGE] == 0, "both areas show it");
	is(copy[PAGE], 'c', "but not where the private area has its own copy");
	is(ftruncate(fd, 2 * PAGE), 0, "the object becomes shorter");
	is(try_read(copy + 3 * PAGE), SIGBUS, "and there the copy is gone");
	return done();
}
