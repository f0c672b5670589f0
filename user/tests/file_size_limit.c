/* RLIMIT_FSIZE: what is written over the limit is cut there, what begins behind it is EFBIG and SIGXFSZ; so is making a file longer. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define LIMIT	10000

static char text[4 * LIMIT];
static volatile int signals;
static siginfo_t last;

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	last = *info;
	signals++;
}

/* => signals since the last look */
static int new_signals(void)
{
	int n = signals;

	signals = 0;
	return n;
}

static void limit(rlim_t bytes)
{
	struct rlimit r;

	getrlimit(RLIMIT_FSIZE, &r);
	r.rlim_cur = bytes;
	if (setrlimit(RLIMIT_FSIZE, &r))
		fatal("setrlimit");
}

static long size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? -1 : st.st_size;
}

static void writing(int fd)
{
	struct iovec pieces[2] = { { text, 6000 }, { text, 6000 } };

	is(write(fd, text, sizeof(text)), LIMIT, "a write over the limit is cut");
	is(new_signals(), 0, "without a signal");
	fails_with(EFBIG, write(fd, text, 1), "the next one is EFBIG");
	is(new_signals(), 1, "and SIGXFSZ");
	ok(last.si_signo == SIGXFSZ && last.si_code == SI_USER && last.si_pid == getpid(), "as from the process itself");
	is(write(fd, text, 0), 0, "nothing can be written anywhere");
	fails_with(EFBIG, pwrite(fd, text, 1, LIMIT), "pwrite at the limit");
	is(pwrite(fd, text, 100, LIMIT - 1), 1, "and just before it");
	ftruncate(fd, 0);
	lseek(fd, 0, SEEK_SET);
	is(writev(fd, pieces, 2), LIMIT, "writev");
	is(new_signals(), 1, "signals");
	is(size_of(fd), LIMIT, "the file has its size");
}

static void from_files(int fd)
{
	int source = open("/tmp/fsize.source", O_RDWR | O_CREAT | O_TRUNC, 0600), ends[2];
	off_t at = 0;

	limit(RLIM_INFINITY);
	if (write(source, text, sizeof(text)) != sizeof(text) || pipe(ends) || write(ends[1], text, 4000) != 4000)
		fatal("source");
	limit(LIMIT);
	ftruncate(fd, 0);
	lseek(fd, 0, SEEK_SET);
	is(sendfile(fd, source, &at, sizeof(text)), LIMIT, "sendfile is cut");
	is(at, LIMIT, "and has read as much");
	is(new_signals() > 1, 0, "signals: at most one, by where it found the limit");
	loff_t to = LIMIT - 1000;
	is(splice(ends[0], NULL, fd, &to, 1000, 0), 1000, "splice up to the limit");
	fails_with(EFBIG, splice(ends[0], NULL, fd, &to, 1000, 0), "and no further");
	new_signals();
	is(write(ends[1], text, 100), 100, "a pipe has no size");
	close(ends[0]);
	close(ends[1]);
	close(source);
	unlink("/tmp/fsize.source");
}

static void sizes(int fd, const char *path)
{
	ftruncate(fd, 0);
	is(ftruncate(fd, LIMIT), 0, "ftruncate to the limit");
	fails_with(EFBIG, ftruncate(fd, LIMIT + 1), "beyond it");
	fails_with(EFBIG, truncate(path, LIMIT + 1), "truncate");
	is(new_signals(), 2, "signals");
	is(size_of(fd), LIMIT, "the file is as it was");
	limit(LIMIT / 2);
	is(ftruncate(fd, LIMIT - 1), 0, "a file that is longer already becomes shorter, if not short enough");
	is(ftruncate(fd, LIMIT - 1), 0, "or stays as it is");
	fails_with(EFBIG, ftruncate(fd, LIMIT), "but not longer");
	fails_with(EFBIG, pwrite(fd, "x", 1, LIMIT / 2 + 10), "what is behind the limit is not written, though it is there");
	is(pwrite(fd, "x", 1, 10), 1, "what is before it, is");
	is(new_signals(), 2, "signals");
	limit(LIMIT);
}

static void allocating(void)
{
	int fd = memfd_create("fsize", 0);

	is(fallocate(fd, 0, 0, LIMIT), 0, "fallocate to the limit");
	fails_with(EFBIG, fallocate(fd, 0, LIMIT, 1), "beyond it");
	fails_with(EFBIG, fallocate(fd, FALLOC_FL_KEEP_SIZE, LIMIT, 4096), "though the size is to stay");
	is(new_signals(), 2, "signals");
	is(size_of(fd), LIMIT, "the file is as it was");
	is(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, LIMIT, 4096), 0, "a hole may be anywhere");
	limit(LIMIT / 2);
	is(fallocate(fd, 0, LIMIT / 2, 100), 0, "what lies in the file may be allocated");
	is(new_signals(), 0, "no signal");
	limit(LIMIT);
	close(fd);
}

static int dies(void *unused)
{
	(void)unused;
	signal(SIGXFSZ, SIG_DFL);
	return ftruncate(open("/tmp/fsize", O_RDWR), LIMIT + 1) ? 1 : 2;
}

static int ignores(void *unused)
{
	(void)unused;
	signal(SIGXFSZ, SIG_IGN);
	return ftruncate(open("/tmp/fsize", O_RDWR), LIMIT + 1) == -1 && errno == EFBIG ? 0 : 1;
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	int fd;

	plan(41);
	sigaction(SIGXFSZ, &action, NULL);
	fd = open("/tmp/fsize", O_RDWR | O_CREAT | O_TRUNC, 0600);
	limit(LIMIT);
	writing(fd);
	from_files(fd);
	sizes(fd, "/tmp/fsize");
	allocating();
	is(in_child(dies, NULL), 1000 + SIGXFSZ, "SIGXFSZ ends a process, by default: the limit is inherited");
	is(in_child(ignores, NULL), 0, "who ignores it has the error alone");
	fcntl(fd, F_SETFL, O_APPEND);
	ftruncate(fd, LIMIT - 10);
	is(write(fd, text, 100), 10, "O_APPEND: the end of the file counts");
	limit(0);
	ftruncate(fd, 0);
	fails_with(EFBIG, write(fd, text, 1), "0: nothing at all");
	limit(RLIM_INFINITY);
	is(write(fd, text, sizeof(text)), sizeof(text), "without a limit: all of it");
	close(fd);
	unlink("/tmp/fsize");
	return done();
}
