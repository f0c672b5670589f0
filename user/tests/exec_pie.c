/* A static position-independent program relocates itself, at an address that changes from run to run. */
/* quire-test: */
#define _GNU_SOURCE
#include <elf.h>
#include <sys/auxv.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static int number = 7;
static int *pointer = &number;		/* needs a relocation */
static int report[2];

static int again(void *unused)
{
	(void)unused;
	dup2(report[1], 9);
	execl("/proc/self/exe", "exec_pie", "again", (char *)NULL);
	return 99;
}

int main(int argc, char **argv)
{
	unsigned long here = (unsigned long)main, there[4];
	int different = 0;

	(void)argv;
	if (argc > 1) {
		write(9, &here, sizeof(here));
		return 0;
	}
	plan(5);
	ok(pointer == &number && *pointer == 7, "pointers in data are relocated");
	ok(here > 0x100000000UL, "it lies high in the address space");
	is(getauxval(AT_ENTRY) >> 21, here >> 21, "AT_ENTRY is where it was loaded");
	pipe(report);
	for (int i = 0; i < 4; i++) {
		if (in_child(again, NULL) || read(report[0], &there[i], 8) != 8)
			there[i] = 0;
		different += there[i] != here && there[i];
	}
	ok(different >= 3, "each run has another address (%d of 4)", different);
	ok((there[0] & 4095) == (here & 4095), "by whole pages");
	return done();
}
