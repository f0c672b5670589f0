/* A system call that doesn't exist says ENOSYS, and nothing else happens. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	plan(2);
	fails_with(ENOSYS, syscall(9999), "9999: ENOSYS");
	fails_with(ENOSYS, syscall(-5), "-5: ENOSYS");
	return done();
}
