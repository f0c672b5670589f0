/* swapon takes only what carries the mkswap header; swapoff only what is in use. */
/* quire-test: swap=128 */
#include <sys/swap.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static void make_file(const char *path, int with_magic)
{
	char page[PAGE] = { 0 };
	uint32_t *header = (uint32_t *)(page + 1024);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	header[0] = 1;
	header[1] = 255;
	if (with_magic)
		memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	write(fd, page, sizeof(page));
	memset(page, 0, sizeof(page));
	for (int i = 1; i < 256; i++)
		write(fd, page, sizeof(page));
	close(fd);
}

/* => 0: who is not root may neither */
static int as_nobody(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setuid(65534))
			_exit(1);
		if (swapoff("/dev/vda") != -1 || errno != EPERM)
			_exit(2);
		_exit(swapon("/dev/vda", 0) != -1 || errno != EPERM ? 3 : 0);
	}
	return pid < 0 || waitpid(pid, &status, 0) != pid ? -1 : status;
}

int main(void)
{
	plan(13);
	is(as_nobody(), 0, "who is not root: EPERM");
	make_file("/tmp/not-swap", 0);
	fails_with(ENOENT, swapon("/dev/nonexistent", 0), "no such device: ENOENT");
	fails_with(EINVAL, swapon("/dev/null", 0), "not a block device: EINVAL");
	fails_with(EINVAL, swapon("/tmp/not-swap", 0), "no swap header: EINVAL");
	make_file("/tmp/not-swap", 1);
	fails_with(EINVAL, swapon("/tmp/not-swap", 0), "a file in memory, though it has a header: EINVAL");
	unlink("/tmp/not-swap");
	fails_with(EISDIR, swapon("/tmp", 0), "a directory: EISDIR");
	fails_with(EFAULT, swapon((char *)8, 0), "a wild pointer: EFAULT");
	fails_with(EBUSY, swapon("/dev/vda", 0), "in use already: EBUSY");
	is(swapoff("/dev/vda"), 0, "swapoff works");
	is(meminfo_kb("SwapTotal"), 0, "no swap is left");
	fails_with(EINVAL, swapoff("/dev/vda"), "swapoff of what is not in use: EINVAL");
	fails_with(EINVAL, swapon("/dev/vda", 0x100000), "an unknown flag: EINVAL");
	is(swapon("/dev/vda", 0), 0, "swapon works again");
	return done();
}
