/* user/memtop/draw.c - the main view: memory by kind, zones, lists, swap, reclaim, huge pages, processes. */
#define _GNU_SOURCE
#include <user/memtop/memtop.h>

#define BAR_KINDS "HasfKo."		/* by enum kind */

const char *size_text(long kb)
{
	static char texts[16][16];
	static int at;
	char *text = texts[at++ % 16];

	if (kb < 0)
		strcpy(text, "-");
	else if (kb < 1000)
		sprintf(text, "%ldK", kb);
	else if (kb < 1000 * 1024)
		sprintf(text, "%.1fM", kb / 1024.0);
	else
		sprintf(text, "%.1fG", kb / 1024.0 / 1024);
	return text;
}

/* One letter for each 1/74 of memory, by kind. What exists has a letter, however little it is. */
static void draw_bar(const long kb[NR_KINDS], long total)
{
	char bar[128];
	int width = 74, n = 0;
	long sum = 0;

	for (int kind = 0; kind < NR_KINDS && total > 0; kind++) {
		int end, begin = n;

		sum += kb[kind];
		end = (int)(sum * width / total);
		while (n < width && (n < end || (n == begin && kb[kind] * width * 4 > total)))
			bar[n++] = BAR_KINDS[kind];
	}
	bar[n] = 0;
	line("[%-*s]", width, bar);
}

static void draw_kinds(const struct sample *s)
{
	long kb[NR_KINDS];

	sample_kinds(s, kb);
	line("Memory %8s  Huge %8s  anon  %8s  shmem %8s  file  %8s", size_text(s->mem[MEM_TOTAL]),
	     size_text(kb[KIND_HUGE]), size_text(kb[KIND_ANON]), size_text(kb[KIND_SHMEM]), size_text(kb[KIND_FILE]));
	line("                 Kern %8s  other %8s  free  %8s  avail %8s", size_text(kb[KIND_KERNEL]),
	     size_text(kb[KIND_OTHER]), size_text(kb[KIND_FREE]), size_text(s->mem[MEM_AVAILABLE]));
	draw_bar(kb, s->mem[MEM_TOTAL]);
}

static const char *zone_state(const struct zone *z)
{
	if (z->free < z->min)
		return "below min";
	if (z->free < z->low)
		return "below low";
	return z->free < z->high ? "below high" : "above high";
}

static void draw_zones(const struct sample *s)
{
	for (int i = 0; i < s->nr_zones; i++) {
		const struct zone *z = &s->zones[i];

		if (z->managed)
			line("Zone %-8s free %8s  min %7s  low %7s  high %7s  %s", z->name, size_text(z->free), size_text(z->min),
			     size_text(z->low), size_text(z->high), zone_state(z));
	}
}

static void draw_paging(const struct view *v)
{
	const struct sample *s = &v->now, *b = &v->before;
	const long *m = s->mem;

	line("Lists   anon %7s act %7s inact   file %7s act %7s inact", size_text(m[MEM_ACTIVE_ANON]),
	     size_text(m[MEM_INACTIVE_ANON]), size_text(m[MEM_ACTIVE_FILE]), size_text(m[MEM_INACTIVE_FILE]));
	line("Swap    %7s used of %7s, cached %7s  in %5.0f/s  out %5.0f/s", size_text(m[MEM_SWAP_TOTAL] - m[MEM_SWAP_FREE]),
	     size_text(m[MEM_SWAP_TOTAL]), size_text(m[MEM_SWAPCACHED]), sample_rate(s, b, VM_SWPIN),
	     sample_rate(s, b, VM_SWPOUT));
	line("Reclaim kswapd %5.0f of %5.0f/s  direct %5.0f of %5.0f/s  stalls %.0f/s  ooms %ld",
	     sample_rate(s, b, VM_STEAL_KSWAPD), sample_rate(s, b, VM_SCAN_KSWAPD), sample_rate(s, b, VM_STEAL_DIRECT),
	     sample_rate(s, b, VM_SCAN_DIRECT),
	     sample_rate(s, b, VM_STALL_DMA) + sample_rate(s, b, VM_STALL_NORMAL) + sample_rate(s, b, VM_STALL_MOVABLE),
	     s->vm[VM_OOM]);
	line("Faults  %7.0f/s  major %6.0f/s  refaults %6.0f/s", sample_rate(s, b, VM_FAULT), sample_rate(s, b, VM_MAJFAULT),
	     sample_rate(s, b, VM_REFAULT));
}

static void draw_huge(const struct view *v)
{
	const struct sample *s = &v->now, *b = &v->before;
	const struct decisions *d = &v->decisions;

	line("Huge    %s, defrag %s;  faults %.0f/s, fallbacks %.0f/s, splits %.0f/s", d->enabled, d->defrag,
	     sample_rate(s, b, VM_THP_FAULT), sample_rate(s, b, VM_THP_FALLBACK), sample_rate(s, b, VM_THP_SPLIT));
	line("khugepaged  %ld scans, %ld collapsed%s%s", d->scans, d->collapsed, d->tally[0] ? "; " : "", d->tally);
	for (int i = 0; i < d->nr_last; i++)
		line("  %9.3f %s, %d times", d->last[i].time, d->last[i].what, d->last[i].times);
}

static void draw_processes(struct view *v)
{
	const struct processes *p = &v->processes;
	int room, first = 0;

	bright_line("  PID S      RSS     ANON    SHMEM     FILE     SWAP     HUGE  MAJ/S NAME");
	room = lines_left() - 1;
	if (v->chosen >= p->nr)
		v->chosen = p->nr - 1;
	if (v->chosen < 0)
		v->chosen = 0;
	if (v->chosen >= room)
		first = v->chosen - room + 1;
	for (int i = first; i < p->nr && lines_left() > 1; i++) {
		const struct process *q = &p->list[i];

		(screen.fancy && i == v->chosen ? bright_line : line)(
			"%5d %c %8s %8s %8s %8s %8s %8s %6.0f %s", q->pid, q->state, size_text(q->rss), size_text(q->anon),
			size_text(q->shmem), size_text(q->file), size_text(q->swap), size_text(q->huge), q->majflt_rate, q->name);
	}
}

void draw_main(struct view *v)
{
	const struct sample *s = &v->now;
	long up = (long)s->uptime;

	bright_line("memtop  up %ld:%02ld:%02ld  load %.2f %.2f %.2f  every %.1f s  sorted by %s%s", up / 3600, up / 60 % 60, up % 60,
		    s->load[0], s->load[1], s->load[2], v->interval, sort_names[v->sort],
		    v->decisions.tracing ? "  events on" : "");
	draw_kinds(s);
	draw_zones(s);
	draw_paging(v);
	draw_huge(v);
	draw_processes(v);
	if (!screen.fancy)
		return;
	while (lines_left() > 1)
		line("%s", "");
	line("q quit  h help  s sort  up/down choose  Enter map  + - interval  e events");
}

void draw_help(void)
{
	bright_line("memtop: help");
	line("%s", "");
	line("q  leave                    h  this page, and back      space  look again now");
	line("s  sort by the next of rss, swap, huge, faults, pid; or r w u f p at once");
	line("up, down (k, j), page up, page down   choose a process, or an area of its map");
	line("Enter  the map of the process         Escape, b   back");
	line("+ -    look more often, less often    e   events of khugepaged on, off");
	line("%s", "");
	line("The bar: H huge pages, a other anonymous, s shared memory, f files,");
	line("K the kernel's slabs, stacks and page tables, o other uses, . free");
	line("Zone below low: kswapd works, up to high; below min: only the reserve is left");
	line("Reclaim: pages taken of pages looked at. Stalls: who wanted memory had to wait");
	line("khugepaged: its decisions since the last look, from trace events (e) or counts");
	line("MAJ/S: faults that had to read from a disk");
	line("%s", "");
	line("The map of an area has a letter for each part of it:");
	line("H huge  h huge in part  # present  + present in part  s in swap  ~ both  . none");
}
