/* Memory runs only where PROT_EXEC says so. */
/* quire-test: */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static int call(char *code)
{
	if (sigsetjmp(fault_return, 1))
		return -fault_info.si_signo;
	return ((int (*)(void))code)();
}

int main(void)
{
	static const char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };	/* mov eax, 42; ret */
	char *p = map_small(PAGE);

	plan(4);
	catch_faults();
	memcpy(p, code, sizeof(code));
	is(call(p), -SIGSEGV, "data does not run");
	is((long)fault_info.si_addr, (long)p, "the fault names the instruction");
	mprotect(p, PAGE, PROT_READ | PROT_EXEC);
	is(call(p), 42, "code runs");
	is(try_write(p), SIGSEGV, "and can't be written");
	return done();
}
