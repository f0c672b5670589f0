/* mprotect: what is forbidden faults with the right code, areas split and merge, data stays. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	unsigned long start, end;
	char perm[8] = "";
	char *p = map_aligned(16 * PAGE);

	plan(16);
	catch_faults();
	fill(p, 16 * PAGE, 1);
	is(mprotect(p + 4 * PAGE, 4 * PAGE, PROT_READ), 0, "make a part read-only");
	is(try_read(p + 4 * PAGE), 0, "it can be read");
	is(try_write(p + 4 * PAGE), SIGSEGV, "and not written");
	is(fault_info.si_code, SEGV_ACCERR, "the signal says: not allowed");
	is((long)fault_info.si_addr, (long)(p + 4 * PAGE), "and where");
	maps_line(p + 4 * PAGE, &start, &end, perm);
	ok(!strcmp(perm, "r--p"), "maps shows r--p");
	is(end - start, 4 * PAGE, "for this part only");
	is(mprotect(p + 4 * PAGE, 4 * PAGE, PROT_NONE), 0, "make it inaccessible");
	is(try_read(p + 7 * PAGE), SIGSEGV, "it can't be read");
	is(fault_info.si_code, SEGV_ACCERR, "not allowed either");
	is(mprotect(p, 16 * PAGE, PROT_READ | PROT_WRITE), 0, "allow everything again");
	is(wrong_pages(p, 16 * PAGE, 1), 0, "the data is untouched");
	maps_line(p, &start, &end, perm);
	is(end - start, 16 * PAGE, "the parts became one area again");
	munmap(p + 8 * PAGE, PAGE);
	fails_with(ENOMEM, mprotect(p, 16 * PAGE, PROT_READ), "across a hole: ENOMEM");
	fails_with(EINVAL, syscall(SYS_mprotect, p + 1, PAGE, PROT_READ), "crooked address: EINVAL");
	is(try_read(p + 8 * PAGE) ? fault_info.si_code : 0, SEGV_MAPERR, "in the hole: not mapped");
	return done();
}
