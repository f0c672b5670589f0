/* user/memtop/processes.c - who has memory: /proc/PID/stat, status and smaps_rollup. */
#define _GNU_SOURCE
#include <dirent.h>
#include <user/memtop/memtop.h>


const char *const sort_names[NR_SORTS] = { "rss", "swap", "huge", "faults", "pid" };

/* Name, state and faults. The name may hold blanks and brackets: it ends at the last one. => 0: the process is gone */
static int read_stat(struct process *p)
{
	char path[64], text[512], *open, *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", p->pid);
	if (slurp(path, text, sizeof(text)) <= 0)
		return 0;
	open = strchr(text, '(');
	end = strrchr(text, ')');
	if (!open || !end)
		return 0;
	*end = 0;
	snprintf(p->name, sizeof(p->name), "%s", open + 1);
	return sscanf(end + 2, "%c %*d %*d %*d %*d %*d %*u %*u %*u %ld", &p->state, &p->majflt) == 2;
}

static void read_sizes(struct process *p)
{
	struct { const char *name; long *value; } fields[] = {
		{ "VmRSS:", &p->rss }, { "RssAnon:", &p->anon }, { "RssFile:", &p->file }, { "RssShmem:", &p->shmem },
		{ "VmSwap:", &p->swap },
	};
	char path[64], text[256];
	struct lines l;

	snprintf(path, sizeof(path), "/proc/%d/status", p->pid);
	if (!open_lines(&l, path))
		return;
	while (next_line(&l, text, sizeof(text)))
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (!strncmp(text, fields[i].name, strlen(fields[i].name)))
				*fields[i].value = strtol(text + strlen(fields[i].name), NULL, 10);
	close(l.fd);
}

/* Huge pages, and shared memory that is out: status tells neither. */
static void read_rollup(struct process *p)
{
	char path[64], text[256];
	struct lines l;
	long swap = -1;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", p->pid);
	if (!open_lines(&l, path))
		return;
	while (next_line(&l, text, sizeof(text))) {
		if (!strncmp(text, "AnonHugePages:", 14) || !strncmp(text, "ShmemPmdMapped:", 15))
			p->huge += strtol(strchr(text, ':') + 1, NULL, 10);
		else if (!strncmp(text, "Swap:", 5))
			swap = strtol(text + 5, NULL, 10);
	}
	close(l.fd);
	if (swap > p->swap)
		p->swap = swap;
}

static long sort_value(const struct process *p, enum sort sort)
{
	switch (sort) {
	case SORT_RSS:		return p->rss;
	case SORT_SWAP:		return p->swap;
	case SORT_HUGE:		return p->huge;
	case SORT_FAULTS:	return (long)(p->majflt_rate * 10);
	default:		return -p->pid;
	}
}

static enum sort sort_by;

/* The largest first; what is equal by number, so that nothing jumps. */
static int compare(const void *a, const void *b)
{
	const struct process *p = a, *q = b;
	long x = sort_value(p, sort_by), y = sort_value(q, sort_by);

	return x != y ? (x < y ? 1 : -1) : p->pid - q->pid;
}

static const struct process *find(const struct processes *p, int pid)
{
	for (int i = 0; i < p->nr; i++)
		if (p->list[i].pid == pid)
			return &p->list[i];
	return NULL;
}

static void add(struct processes *p, const struct process *process)
{
	if (p->nr == p->room) {
		int room = p->room ? 2 * p->room : 64;
		void *list = realloc(p->list, room * sizeof(*p->list));

		if (!list)
			return;
		p->list = list;
		p->room = room;
	}
	p->list[p->nr++] = *process;
}

void take_processes(struct processes *p, enum sort sort)
{
	struct processes new = { .ms = now_ms() };
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		struct process process = { .pid = atoi(entry->d_name) };
		const struct process *old;

		if (!process.pid || !read_stat(&process))
			continue;
		read_sizes(&process);
		if (!process.rss && !process.swap)
			continue;		/* a thread of the kernel, or dead */
		read_rollup(&process);
		old = find(p, process.pid);
		if (old && new.ms > p->ms)
			process.majflt_rate = (process.majflt - old->majflt) * 1000.0 / (new.ms - p->ms);
		add(&new, &process);
	}
	if (proc)
		closedir(proc);
	sort_by = sort;
	if (new.nr)
		qsort(new.list, new.nr, sizeof(*new.list), compare);
	free(p->list);
	*p = new;
}
