/* System calls with arguments that are nearly right: the kernel answers each, and lives.
 *
 *	sysfuzz [--seed N] [--seconds S] [--procs P] [--threads 1|2] [--life N] [--errors]
 *
 * See user/tests/sysfuzz/sysfuzz.h. The seed fixes what every thread of every life tries; --life N makes only that one, of
 * worker 0. --errors prints which errors each call has given, to be compared between kernels. Whether memory came back and
 * the views of it agree is asked by who runs the tests.
 */
/* quire-test: mem=128 swap=128 cpus=2 thp=madvise timeout=240 args=--seconds,20 */
#define _GNU_SOURCE
#include <dirent.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <user/tests/sysfuzz/sysfuzz.h>
#include <user/lib/tap.h>

#define LIFE_MS	2000		/* without a new call for so long: it waits for ever, and is ended */

struct world *world;
static int workers = 3, threads = 2, errors;
static long seconds = 20, only_life = -1;

static void read_options(int argc, char **argv)
{
	world->seed = (uint64_t)time(NULL) * 1000 + now_ms() % 1000;
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "0";

		if (!strcmp(argv[i], "--errors")) {
			errors = 1;
			continue;
		}
		if (!strcmp(argv[i], "--seed"))
			world->seed = strtoull(value, NULL, 0);
		else if (!strcmp(argv[i], "--seconds"))
			seconds = atol(value);
		else if (!strcmp(argv[i], "--procs"))
			workers = atoi(value);
		else if (!strcmp(argv[i], "--threads"))
			threads = atoi(value);
		else if (!strcmp(argv[i], "--life"))
			only_life = atol(value), workers = 1;
		else
			fatal(argv[i]);
		i++;
	}
	if (workers < 1 || workers > MOST_WORKERS || threads < 1 || threads > THREADS)
		fatal("--procs or --threads");
}

static void show_call(const char *what, int worker, long number, int which, const long *args)
{
	diag("%s: worker %d, life %ld: %s(%#lx, %#lx, %#lx, %#lx, %#lx, %#lx)", what, worker, number, calls[which].name, args[0], args[1],
	     args[2], args[3], args[4], args[5]);
}

/* => processes with this name, each killed once more */
static int kill_all(const char *name)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[300], found[32];
	int n = 0;

	while (proc && (entry = readdir(proc))) {
		int pid = atoi(entry->d_name);

		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		if (!pid || slurp(path, found, sizeof(found)) <= 0)
			continue;
		found[strcspn(found, "\n")] = 0;
		if (!strcmp(found, name)) {
			kill(pid, SIGKILL);
			n++;
		}
	}
	closedir(proc);
	return n;
}

/* What a life leaves behind: children, segments of System V, files. */
static void clean_up(int worker)
{
	struct shmid_ds segment;
	char text[128];

	snprintf(text, sizeof(text), LIFE_NAME, worker);
	while (kill_all(text))
		usleep(1000);
	for (int i = 0; i < 4096; i++) {
		int id = shmctl(i, SHM_STAT, &segment);

		if (id >= 0 && segment.shm_perm.uid == (unsigned int)(FIRST_USER + worker))
			shmctl(id, IPC_RMID, NULL);
	}
	snprintf(text, sizeof(text), "rm -rf /tmp/sysfuzz.%d", worker);
	system(text);
}

/* => does this kernel refuse something to a user who is not root? */
static int kernel_asks_for_rights(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(syscall(SYS_setuid, FIRST_USER) || !sethostname("", 0) || errno != EPERM);
	return waitpid(child, &status, 0) == child && status == 0;
}

struct worker {
	pid_t pid;
	long number, count, since;
};

static void begin_life(struct worker *w, int index)
{
	char folder[64];

	clean_up(index);
	snprintf(folder, sizeof(folder), "/tmp/sysfuzz.%d", index);
	mkdir(folder, 0700);
	chown(folder, FIRST_USER + index, FIRST_USER + index);
	memset(world->doing[index], 0, sizeof(world->doing[index]));
	w->count = 0;
	w->since = now_ms();
	w->pid = fork();
	if (w->pid == 0)
		life(index, w->number, threads);
	if (w->pid < 0)
		fatal("fork");
}

/* => the life is over */
static int look_after(struct worker *w, int index)
{
	long count = world->doing[index][0].count + world->doing[index][1].count;
	int status;

	if (waitpid(w->pid, &status, WNOHANG) == w->pid) {
		if (WIFEXITED(status) && WEXITSTATUS(status) == 98)
			fatal("a life could not begin");
		world->lives++;
		return 1;
	}
	/* Whoever waits is woken. A thread that waits for good has blocked the signal. */
	for (int t = 0; t < threads; t++)
		if (world->doing[index][t].inside && world->doing[index][t].tid)
			syscall(SYS_tgkill, w->pid, world->doing[index][t].tid, SIGALRM);
	if (count != w->count) {
		w->count = count;
		w->since = now_ms();
	} else if (now_ms() - w->since > LIFE_MS) {
		world->stuck++;
		kill(w->pid, SIGKILL);
		w->since = now_ms() + 3600000;		/* a process that can't be killed ends the test by its time limit */
		for (int t = 0; t < threads; t++)
			if (world->doing[index][t].inside)
				show_call("ended", index, w->number, world->doing[index][t].number, (long *)world->doing[index][t].args);
	}
	return 0;
}

static void run(void)
{
	struct worker all[MOST_WORKERS] = { 0 };
	long end = now_ms() + seconds * 1000;
	int left = workers;

	for (int i = 0; i < workers; i++) {
		all[i].number = only_life < 0 ? 0 : only_life;
		begin_life(&all[i], i);
	}
	while (left) {
		for (int i = 0; i < workers; i++) {
			if (!all[i].pid || !look_after(&all[i], i))
				continue;
			all[i].number++;
			all[i].pid = 0;
			if (now_ms() < end && only_life < 0)
				begin_life(&all[i], i);
			else
				left--;
		}
		usleep(5000);
	}
	for (int i = 0; i < workers; i++)
		clean_up(i);
}

static void show_errors(void)
{
	for (int i = 0; i < nr_calls; i++) {
		printf("# errors %s%s", calls[i].name, calls[i].types);
		for (int e = 0; e < ERRNOS; e++)
			if (world->seen[i][e])
				printf(" %d", e);
		printf("\n");
	}
}

static int never_done(void)
{
	int never = 0;

	for (int i = 0; i < nr_calls; i++) {
		unsigned int sum = 0;

		for (int e = 0; e < ERRNOS; e++)
			sum += world->seen[i][e];
		if (!sum && (*calls[i].types != '!' || world->rights)) {
			diag("%s was never called", calls[i].name);
			never++;
		}
	}
	return never;
}

int main(int argc, char **argv)
{
	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (world == MAP_FAILED)
		fatal("mmap");
	read_options(argc, argv);
	world->rights = kernel_asks_for_rights();
	plan(2);
	diag("sysfuzz --seed %llu --seconds %ld --procs %d --threads %d", (unsigned long long)world->seed, seconds, workers, threads);
	run();
	for (int i = 0; i < world->nr_reports && i < 16; i++) {
		struct report *r = &world->reports[i];

		show_call("impossible", -1, 0, r->number, r->args);
		diag("  it returned %ld (%s)", r->result, strerror(-r->result));
	}
	is(world->nr_reports, 0, "no call returns what Linux never returns");
	ok(world->calls > 1000 && (only_life >= 0 || seconds < 20 || !never_done()), "every call is made");
	if (errors)
		show_errors();
	diag("sysfuzz: calls=%ld lives=%ld ended=%ld", world->calls, world->lives, world->stuck);
	return done();
}
