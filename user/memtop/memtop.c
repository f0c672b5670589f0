/* user/memtop/memtop.c - a live view of memory. See memtop.h; the keys are on the page that `h` shows.
 *
 *	memtop [-d SECONDS] [-s rss|swap|huge|faults|pid] [-e]
 *	memtop -b [-n TIMES] [-d SECONDS] [-s KEY] [-e] [-p PID]
 *
 * -b prints plain lines, for scripts; -p PID the map of a process instead of the main view; -e switches the trace events of
 * khugepaged on, as the key does: they are off again at the end.
 */
#define _GNU_SOURCE
#include <user/memtop/memtop.h>

#define LEAST_INTERVAL	0.1
#define MOST_INTERVAL	60.0

static int batch, events;
static long times = -1;

static void usage(void)
{
	fprintf(stderr, "usage: memtop [-b] [-n TIMES] [-d SECONDS] [-s rss|swap|huge|faults|pid] [-e] [-p PID]\n");
	exit(2);
}

static enum sort sort_named(const char *name)
{
	for (int i = 0; i < NR_SORTS; i++)
		if (!strcmp(name, sort_names[i]))
			return i;
	usage();
	return SORT_RSS;
}

static void read_options(struct view *v, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "bn:d:s:ep:")) != -1) {
		if (option == 'b')
			batch = 1;
		else if (option == 'n')
			times = strtol(optarg, NULL, 10);
		else if (option == 'd')
			v->interval = strtod(optarg, NULL);
		else if (option == 's')
			v->sort = sort_named(optarg);
		else if (option == 'e')
			events = 1;
		else if (option == 'p')
			v->pid = strtol(optarg, NULL, 10);
		else
			usage();
	}
	if (optind != argc || v->interval < LEAST_INTERVAL || v->interval > MOST_INTERVAL || (v->pid && !batch))
		usage();
	if (batch && times < 0)
		times = 1;
	if (events)
		trace_decisions(1);
}

static void look(struct view *v)
{
	v->before = v->now;
	take_sample(&v->now);
	if (!v->before.ms)
		v->before = v->now;
	take_processes(&v->processes, v->sort);
	take_decisions(&v->decisions);
}

static void draw(struct view *v, int key)
{
	screen_begin();
	if (v->help)
		draw_help();
	else if (!v->pid || !draw_map(v, key)) {
		v->pid = 0;
		draw_main(v);
	}
	screen_end();
}

/* => the exit status */
static int run_batch(struct view *v)
{
	for (long i = 0; i < times && !signal_to_die_of; i++) {
		if (i) {
			printf("\n");
			pause_for(v->interval);
			if (signal_to_die_of)
				break;
		}
		look(v);
		screen_begin();
		if (v->pid && !draw_map(v, KEY_NONE)) {
			fprintf(stderr, "memtop: no process %d\n", v->pid);
			return 1;
		}
		if (!v->pid)
			draw_main(v);
		screen_end();
	}
	return 0;
}

/* --- keys ----------------------------------------------------------------------------------------------------------------- */

static void change_interval(struct view *v, double factor)
{
	v->interval *= factor;
	if (v->interval < LEAST_INTERVAL)
		v->interval = LEAST_INTERVAL;
	if (v->interval > MOST_INTERVAL)
		v->interval = MOST_INTERVAL;
}

static void choose(struct view *v, int by)
{
	v->chosen += by;
	if (v->chosen < 0)
		v->chosen = 0;
}

static void move_or_sort(struct view *v, int key)
{
	switch (key) {
	case KEY_UP: case 'k':		choose(v, -1); break;
	case KEY_DOWN: case 'j':	choose(v, 1); break;
	case KEY_PAGE_UP:		choose(v, -10); break;
	case KEY_PAGE_DOWN:		choose(v, 10); break;
	case 's':			v->sort = (v->sort + 1) % NR_SORTS; break;
	case 'r':			v->sort = SORT_RSS; break;
	case 'w':			v->sort = SORT_SWAP; break;
	case 'u':			v->sort = SORT_HUGE; break;
	case 'f':			v->sort = SORT_FAULTS; break;
	case 'p':			v->sort = SORT_PID; break;
	case '\r': case '\n':
		if (v->chosen < v->processes.nr)
			v->pid = v->processes.list[v->chosen].pid;
		break;
	}
}

/* => 0: leave */
static int act(struct view *v, int key)
{
	switch (key) {
	case 'q': case KEY_END:
		return 0;
	case 'h': case '?':
		v->help = !v->help;
		break;
	case 'b': case KEY_ESCAPE:
		if (!v->help)
			v->pid = 0;
		v->help = 0;
		break;
	case '+': change_interval(v, 0.5); break;
	case '-': change_interval(v, 2); break;
	case 'e': trace_decisions(!v->decisions.tracing); break;
	default:
		if (!v->pid)
			move_or_sort(v, key);
	}
	return 1;
}

static void run(struct view *v)
{
	long next = 0;
	int key = KEY_NONE;

	screen_open();
	while (!signal_to_die_of && times) {
		if (key == 's' || (key && strchr("rwufpe ", key & 255) && key < 256) || now_ms() >= next) {
			look(v);
			next = now_ms() + (long)(v->interval * 1000);
			times -= times > 0;
		}
		draw(v, key);
		key = times ? read_key(next > now_ms() ? next - now_ms() : 0) : KEY_NONE;
		if (!act(v, key))
			break;
	}
	screen_close();
}

int main(int argc, char **argv)
{
	static struct view view = { .interval = 2 };

	int status = 0;

	catch_ends();
	read_options(&view, argc, argv);
	if (batch)
		status = run_batch(&view);
	else
		run(&view);
	trace_decisions(0);
	die_of_signal();
	return status;
}
