/* The floating-point and vector registers belong to each task, also across signals and fork. */
/* quire-test: */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static volatile sig_atomic_t calls;

static void dirty_registers(int number)
{
	double x = number;

	asm volatile("movq %0, %%xmm5\n\tmovq %0, %%xmm6\n\tmovq %0, %%xmm15" : : "r"(x)
		     : "xmm5", "xmm6", "xmm15");
	calls++;
}

/* => 0 if xmm5 and xmm15 keep their values over many reschedulings */
static int keeper(void *argument)
{
	uint64_t value = (uint64_t)argument * 0x123456789abcdefULL, five, fifteen;
	long end = now_ms() + 600;

	do {
		asm volatile("movq %2, %%xmm5\n\t"
			     "movq %2, %%xmm15\n\t"
			     "mov $200000, %%ecx\n"
			     "1:\tdec %%ecx\n\t"
			     "jnz 1b\n\t"
			     "movq %%xmm5, %0\n\t"
			     "movq %%xmm15, %1"
			     : "=&r"(five), "=&r"(fifteen) : "r"(value) : "ecx", "xmm5", "xmm15");
		if (five != value || fifteen != value)
			return 1;
	} while (now_ms() < end);
	return 0;
}

int main(void)
{
	struct sigaction action = { .sa_handler = dirty_registers };
	int bad = 0, status;
	uint64_t after;
	double sum = 0;
	pid_t self = getpid();

	plan(5);
	fflush(stdout);
	for (long i = 1; i <= 6; i++)
		if (!fork())
			_exit(keeper((void *)i));
	while (wait(&status) > 0)
		bad += status != 0;
	is(bad, 0, "six tasks on two CPUs keep their registers");
	sigaction(SIGUSR1, &action, NULL);
	asm volatile("movq %1, %%xmm5\n\t"
		     "mov $62, %%eax\n\t"	/* kill(self, SIGUSR1) */
		     "syscall\n\t"
		     "movq %%xmm5, %0"
		     : "=r"(after) : "r"(0x1122334455667788UL), "D"(self), "S"(SIGUSR1)
		     : "rax", "rcx", "r11", "xmm5", "memory");
	is(calls, 1, "a handler ran in between");
	is(after, 0x1122334455667788UL, "and the register came back");
	for (int i = 1; i <= 1000; i++)
		sum += 1.0 / i;
	ok(sum > 7.485 && sum < 7.486, "doubles compute");
	asm volatile("movq %1, %%xmm5\n\t"
		     "mov $57, %%eax\n\t"	/* fork */
		     "syscall\n\t"
		     "test %%eax, %%eax\n\t"
		     "jnz 1f\n\t"
		     "movq %%xmm5, %%rdi\n\t"
		     "shr $56, %%rdi\n\t"
		     "mov $231, %%eax\n\t"	/* exit_group(top byte) */
		     "syscall\n"
		     "1:\tmovq %%xmm5, %0"
		     : "=r"(after) : "r"(0x4222334455667788UL)
		     : "rax", "rcx", "rdi", "r11", "xmm5", "memory");
	wait(&status);
	ok(WEXITSTATUS(status) == 0x42 && after == 0x4222334455667788UL, "fork copies them");
	return done();
}
