/* A private mapping of a file: its contents, one's own changes, zeros behind the end, SIGBUS beyond. */
/* quire-test: */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char path[] = "/tmp/private_fileXXXXXX", data[PAGE * 2 + 100], back[sizeof(data)];
	int fd = mkstemp(path);
	char *p;

	plan(10);
	catch_faults();
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i * 7 + i / 256;
	is(write(fd, data, sizeof(data)), sizeof(data), "a file of two pages and 100 bytes");
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	ok(p != MAP_FAILED, "mapped");
	ok(!memcmp(p, data, sizeof(data)), "shows the file");
	ok(p[sizeof(data)] == 0 && p[3 * PAGE - 1] == 0, "zeros behind its end, up to the page's");
	is(try_read(p + 3 * PAGE), SIGBUS, "the page behind it: SIGBUS");
	memset(p + PAGE, 'x', 50);
	pread(fd, back, sizeof(back), 0);
	ok(!memcmp(back, data, sizeof(data)), "a write to memory doesn't reach the file");
	ok(p[PAGE] == 'x' && p[PAGE + 50] == data[PAGE + 50], "but stays in memory");
	pwrite(fd, "new", 3, 0);
	ok(!memcmp(p, "new", 3), "a write to the file is seen where memory was not written");
	munmap(p, 4 * PAGE);
	p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE);
	ok(!memcmp(p, data + PAGE, PAGE), "the second page by its offset");
	fails_with(EINVAL, mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 100), "crooked offset: EINVAL");
	unlink(path);
	return done();
}
