/* brk moves the end of the heap; what it takes back is gone, what it gives anew is zero. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static char *set_brk(char *end)
{
	return (char *)syscall(SYS_brk, end);
}

int main(void)
{
	char *start = set_brk(NULL), *base, *end;

	plan(10);
	catch_faults();
	ok(start != NULL && start != (char *)-1, "brk(0) tells the end of the heap");
	base = (char *)(((unsigned long)start + PAGE - 1) & -PAGE);
	end = base + 64 * PAGE;
	ok(set_brk(end) == end, "the heap grows");
	ok(all_zero(base, 64 * PAGE), "with zeros");
	fill(base, 64 * PAGE, 3);
	is(wrong_pages(base, 64 * PAGE, 3), 0, "and keeps what is written");
	ok(set_brk(base + 32 * PAGE) == base + 32 * PAGE, "the heap shrinks");
	is(try_read(base + 32 * PAGE), SIGSEGV, "what was taken back is gone");
	is(wrong_pages(base, 32 * PAGE, 3), 0, "the rest is untouched");
	ok(set_brk(end) == end, "it grows again");
	ok(all_zero(base + 32 * PAGE, 32 * PAGE), "with zeros, not with the old data");
	ok(set_brk((char *)0x7fffffff0000) == end, "a request that can't be met changes nothing");
	set_brk(start);
	return done();
}
