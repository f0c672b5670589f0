/* user/memtop/sample.c - one look at the whole machine: /proc/meminfo, vmstat, zoneinfo, uptime, loadavg. */
#define _GNU_SOURCE
#include <user/memtop/memtop.h>


#define NAME(id, name) name,
static const char *const mem_names[NR_MEM] = { MEM_FIELDS(NAME) };
static const char *const vm_names[NR_VM] = { VM_FIELDS(NAME) };

/* Every line is a name and a number: those we know, in one pass. What is missing stays 0. */
static void read_numbers(const char *path, const char *const *names, int nr, long *values)
{
	struct lines l;
	char text[256];

	memset(values, 0, nr * sizeof(*values));
	if (!open_lines(&l, path))
		return;
	while (next_line(&l, text, sizeof(text))) {
		size_t length = strcspn(text, ": ");

		for (int i = 0; i < nr; i++) {
			if (strlen(names[i]) != length || strncmp(text, names[i], length))
				continue;
			values[i] = strtol(text + length + 1, NULL, 10);
			break;
		}
	}
	close(l.fd);
}

static void read_zones(struct sample *s)
{
	const long kb = PAGE / 1024;
	struct zone *z = NULL;
	struct lines l;
	char text[256], name[12];
	long value;

	s->nr_zones = 0;
	if (!open_lines(&l, "/proc/zoneinfo"))
		return;
	while (next_line(&l, text, sizeof(text))) {
		if (sscanf(text, "Node %*d, zone %11s", name) == 1) {
			z = s->nr_zones < MOST_ZONES ? &s->zones[s->nr_zones++] : NULL;
			if (z) {
				*z = (struct zone){ 0 };
				strcpy(z->name, name);
			}
		} else if (!z) {
			continue;
		} else if (sscanf(text, " pages free %ld", &value) == 1) {
			z->free = value * kb;
		} else if (sscanf(text, " %11s %ld", name, &value) == 2) {
			if (!strcmp(name, "min"))
				z->min = value * kb;
			else if (!strcmp(name, "low"))
				z->low = value * kb;
			else if (!strcmp(name, "high"))
				z->high = value * kb;
			else if (!strcmp(name, "managed"))
				z->managed = value * kb;
		}
	}
	close(l.fd);
}

void take_sample(struct sample *s)
{
	char text[128];

	s->ms = now_ms();
	s->uptime = s->load[0] = s->load[1] = s->load[2] = 0;
	if (slurp("/proc/uptime", text, sizeof(text)) > 0)
		sscanf(text, "%lf", &s->uptime);
	if (slurp("/proc/loadavg", text, sizeof(text)) > 0)
		sscanf(text, "%lf %lf %lf", &s->load[0], &s->load[1], &s->load[2]);
	read_numbers("/proc/meminfo", mem_names, NR_MEM, s->mem);
	read_numbers("/proc/vmstat", vm_names, NR_VM, s->vm);
	read_zones(s);
}

void sample_kinds(const struct sample *s, long kb[NR_KINDS])
{
	const long *m = s->mem;
	long rest = m[MEM_TOTAL];

	kb[KIND_FREE] = m[MEM_FREE];
	kb[KIND_HUGE] = m[MEM_ANON_HUGE] + m[MEM_SHMEM_HUGE];
	kb[KIND_ANON] = m[MEM_ANON] - m[MEM_ANON_HUGE];
	kb[KIND_SHMEM] = m[MEM_SHMEM] - m[MEM_SHMEM_HUGE];
	kb[KIND_FILE] = m[MEM_CACHED] + m[MEM_BUFFERS] - m[MEM_SHMEM];
	kb[KIND_KERNEL] = m[MEM_SLAB] + m[MEM_STACKS] + m[MEM_TABLES];
	/*
	 * The swap cache without a mapping, what drivers and the kernel took by pages, and what changed between the counters:
	 * the files are not read in one instant.
	 */
	kb[KIND_OTHER] = 0;
	for (int i = 0; i < NR_KINDS; i++) {
		kb[i] = kb[i] < 0 ? 0 : kb[i];
		rest -= kb[i];
	}
	kb[KIND_OTHER] = rest > 0 ? rest : 0;
}

double sample_rate(const struct sample *now, const struct sample *before, enum vm_field field)
{
	long ms = now->ms - before->ms;

	return ms > 0 ? (now->vm[field] - before->vm[field]) * 1000.0 / ms : 0;
}
