/* A handler on a stack of its own: the only way to survive the overflow of the other. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/resource.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static char other[64 * 1024] __attribute__((aligned(16)));
static sigjmp_buf home;
static volatile int on_other, flags_inside;

static void on_overflow(int number)
{
	stack_t now;
	char here;

	(void)number;
	on_other = &here > other && &here < other + sizeof(other);
	sigaltstack(NULL, &now);
	flags_inside = now.ss_flags;
	siglongjmp(home, 1);
}

static volatile char sink;

static volatile int deeper = 1;

static int endless(int n)
{
	volatile char room[4096];

	room[0] = n;
	sink = room[0];
	return deeper ? endless(n + 1) + room[0] : 0;
}

int main(void)
{
	stack_t stack = { .ss_sp = other, .ss_size = sizeof(other) }, old;
	struct sigaction action = { .sa_handler = on_overflow, .sa_flags = SA_ONSTACK };
	struct rlimit limit = { MB, MB };

	plan(6);
	is(sigaltstack(&stack, NULL), 0, "sigaltstack");
	is(sigaltstack(NULL, &old), 0, "ask for it");
	ok(old.ss_sp == other && old.ss_size == sizeof(other) && old.ss_flags == 0, "it is as set");
	sigaction(SIGSEGV, &action, NULL);
	setrlimit(RLIMIT_STACK, &limit);
	if (!sigsetjmp(home, 1))
		endless(0);
	ok(on_other, "the overflow is handled on the other stack");
	is(flags_inside, SS_ONSTACK, "sigaltstack says so inside");
	stack.ss_size = 100;
	fails_with(ENOMEM, sigaltstack(&stack, NULL), "too small: ENOMEM");
	return done();
}
