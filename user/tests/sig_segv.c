/* SIGSEGV says what happened and where; the handler returns, and the access is tried again. */
/* quire-test: */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#include <ucontext.h>

static volatile char *p;
static volatile int faults;
static volatile long error_code;

static void allow(int number, siginfo_t *info, void *context)
{
	faults++;
	fault_info = *info;
	error_code = ((ucontext_t *)context)->uc_mcontext.gregs[REG_ERR];
	mprotect((void *)p, PAGE, PROT_READ | PROT_WRITE);
	(void)number;
}

static int null_read(void *address)
{
	return **(volatile char **)address;
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = allow, .sa_flags = SA_SIGINFO };

	static char *null = (char *)8;

	plan(11);
	p = map_small(PAGE);
	mprotect((void *)p, PAGE, PROT_NONE);
	sigaction(SIGSEGV, &action, NULL);
	p[123] = 5;
	is(faults, 1, "one fault");
	is(p[123], 5, "and the write was done after it");
	is((long)fault_info.si_addr, (long)(p + 123), "si_addr");
	is(fault_info.si_code, SEGV_ACCERR, "si_code");
	is(fault_info.si_signo, SIGSEGV, "si_signo");
	is(error_code & 6, 6, "the error code says: user, write");
	catch_faults();
	is(try_read((char *)0x10), SIGSEGV, "a null pointer");
	is(fault_info.si_code, SEGV_MAPERR, "is not mapped");
	is(try_read((char *)0xffff888000000000), SIGSEGV, "the kernel's memory");
	is(try_read((char *)0x8000000000000000), SIGSEGV, "an address that can't exist");
	signal(SIGSEGV, SIG_DFL);
	is(in_child(null_read, &null), 1000 + SIGSEGV, "without a handler it kills");
	return done();
}
