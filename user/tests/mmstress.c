/* Processes and threads that do everything to memory at once, against a shadow of what every page must hold.
 *
 *	mmstress [--seed N] [--seconds S] [--procs P] [--threads T] [--mem MB] [--fail PERCENT] [--no-agent]
 *
 * Each process has an arena of MB / P; see user/tests/mmstress/world.h. Beside them an agent turns swap off and on, compacts,
 * drops caches, splits huge pages and turns the knobs. With --fail that part of all page allocations fails. A wrong page is told with the last operations on it.
 * The seed fixes what each thread tries, in its own order; who comes first is up to the machine.
 */
/* quire-test: mem=128 swap=256 cpus=2 thp=always timeout=240 args=--seconds,10 */
#include <user/tests/mmstress/world.h>
#include <user/lib/tap.h>

#include <sys/prctl.h>

static int with_agent = 1;
static long seconds = 10, megabytes;
static const char *fail_percent = "0";

static const char *const counters[] = {
	"pswpin", "pswpout", "pgfault", "pgmajfault", "thp_fault_alloc", "thp_split_page", "thp_split_pmd",
	"thp_collapse_alloc", "thp_swpout", "pgmigrate_success", "compact_success", "oom_kill",
};
#define COUNTERS (int)(sizeof(counters) / sizeof(counters[0]))
static long before[COUNTERS];

static void read_options(int argc, char **argv)
{
	world->seed = (uint64_t)now_ms() * 2654435761u ^ (uint64_t)getpid();
	world->processes = 3;
	world->threads = 3;
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "0";

		if (!strcmp(argv[i], "--no-agent")) {
			with_agent = 0;
			continue;
		}
		if (!strcmp(argv[i], "--seed"))
			world->seed = strtoull(value, NULL, 0);
		else if (!strcmp(argv[i], "--seconds"))
			seconds = atol(value);
		else if (!strcmp(argv[i], "--procs"))
			world->processes = atoi(value);
		else if (!strcmp(argv[i], "--threads"))
			world->threads = atoi(value);
		else if (!strcmp(argv[i], "--fail"))
			fail_percent = value;
		else if (!strcmp(argv[i], "--mem"))
			megabytes = atol(value);
		else
			fatal(argv[i]);
		i++;
	}
	if (world->processes < 1 || world->processes > MOST_PROCESSES || world->threads < 1 ||
	    world->threads >= MOST_THREADS)
		fatal("--procs or --threads");
}

#define FAIL "/sys/kernel/debug/fail_page_alloc/"

/* The write that ends it may itself fail. */
static void fail_allocations(const char *percent)
{
	spit(FAIL "verbose", "0");
	spit(FAIL "interval", "1");
	spit(FAIL "times", "-1");
	while (spit(FAIL "probability", percent) && (errno == ENOMEM || errno == EINTR))
		;
}

/* Somewhat more than is free, if there is swap for it. */
static void choose_size(void)
{
	long free_mb = meminfo_kb("MemAvailable") >> 10, swap_mb = meminfo_kb("SwapFree") >> 10;

	if (!megabytes)
		megabytes = swap_mb > 64 ? free_mb * 9 / 8 : free_mb / 3;
	world->pages = (megabytes * MB / PAGE / world->processes) & ~511u;
	if (world->pages < 2048)
		world->pages = 2048;
	world->helpers = world->processes + 1;
}

static pid_t start(int slot, int incarnation)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	spit("/proc/self/oom_score_adj", "0");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(slot < world->processes ? worker(slot, incarnation) : agent());
}

static int over(void)
{
	return atomic_load(&world->stop) || now_ms() >= world->end;
}

/* Who ends too early gets a successor. Slot `processes` is the agent. */
static void run_the_world(void)
{
	pid_t pids[MOST_PROCESSES + 1] = { 0 };
	int slots = world->processes + with_agent, incarnation = 0, alive = 0, status;
	pid_t pid;

	for (int i = 0; i < slots; i++) {
		pids[i] = start(i, incarnation++);
		alive += pids[i] > 0;
		if (i < world->processes)
			world->workers[i] = pids[i];
	}
	while (alive && (pid = waitpid(-1, &status, 0)) > 0) {
		int slot = 0;

		while (slot < slots && pids[slot] != pid)
			slot++;
		if (slot == slots)
			continue;
		count_end(status, "a worker");
		if (slot == world->processes)
			swap_everything_on();
		do
			pids[slot] = over() ? 0 : start(slot, incarnation++);
		while (pids[slot] < 0);
		alive -= !pids[slot];
		if (slot < world->processes)
			world->workers[slot] = pids[slot];
	}
}

static void tell(long kills)
{
	printf("# mmstress: operations=%ld checked=%ld written=%ld forks=%ld kills=%ld oom=%ld starved=%ld failures=%ld"
	       " swapoff=%ld swapoff_failed=%ld agent=%ld", world->operations, world->checked, world->written,
	       world->forks, world->kills, kills, world->starved, world->failures, world->swapoffs,
	       world->swapoffs_failed, world->interventions);
	for (int i = 0; i < COUNTERS; i++)
		printf(" %s=%ld", counters[i], vmstat(counters[i]) - before[i]);
	printf("\n");
}

int main(int argc, char **argv)
{
	static struct thread state;
	long oom_kills;

	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (world == MAP_FAILED)
		fatal("mmap");
	read_options(argc, argv);
	plan(3);
	choose_size();
	me = &state;
	new_thread_state(me, 0, 0);
	diag("mmstress --seed %llu --seconds %ld --procs %d --threads %d --mem %ld", (unsigned long long)world->seed,
	     seconds, world->processes, world->threads, megabytes);
	own_log = mmap(NULL, sizeof(*own_log), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	save_knobs();
	swap_everything_on();
	make_objects();
	for (int i = 0; i < COUNTERS; i++)
		before[i] = vmstat(counters[i]);
	world->end = now_ms() + seconds * 1000;
	fflush(stdout);
	world->failing = strcmp(fail_percent, "0") != 0;
	if (world->failing)
		fail_allocations(fail_percent);
	run_the_world();
	fail_allocations("0");
	restore_knobs();
	if (!world->failed)
		check_objects();
	remove_objects();
	oom_kills = vmstat("oom_kill") - before[COUNTERS - 1];
	tell(oom_kills);
	is(world->failed, 0, "every page is as its shadow says, and nobody ends that should not");
	ok(world->killed <= world->kills + oom_kills, "nobody is killed but by us, or when memory ends");
	ok(world->operations > 0 && world->checked > 0, "much is done");
	return done();
}
