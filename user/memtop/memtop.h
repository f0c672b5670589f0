/* user/memtop/memtop.h - what the rooms of memtop know of each other.
 *
 * memtop shows memory while it is used: what it is used for, how near it is to being short, what reclaim, swap and huge pages
 * do about it, and who has it. Everything comes from files of /proc and /sys that Linux has too; what is not there is shown as 0.
 *
 *	sample.c	one look at the whole machine		processes.c	and at each process
 *	decisions.c	what khugepaged decided, and why	map.c		one process: its areas, and a picture of one
 *	draw.c		the main view as lines			screen.c	lines to the terminal, keys, and the way back
 */
#ifndef USER_MEMTOP_H
#define USER_MEMTOP_H

#include <user/lib/memory.h>

/* --- one look at the machine ------------------------------------------------------------------------------------------ */

/* kB, from /proc/meminfo */
#define MEM_FIELDS(X)											\
	X(TOTAL, "MemTotal") X(FREE, "MemFree") X(AVAILABLE, "MemAvailable") X(BUFFERS, "Buffers")	\
	X(CACHED, "Cached") X(SWAPCACHED, "SwapCached") X(ANON, "AnonPages") X(SHMEM, "Shmem")		\
	X(SLAB, "Slab") X(STACKS, "KernelStack") X(TABLES, "PageTables") X(VMALLOC, "VmallocUsed")	\
	X(ANON_HUGE, "AnonHugePages") X(SHMEM_HUGE, "ShmemHugePages")					\
	X(ACTIVE_ANON, "Active(anon)") X(INACTIVE_ANON, "Inactive(anon)")				\
	X(ACTIVE_FILE, "Active(file)") X(INACTIVE_FILE, "Inactive(file)")				\
	X(UNEVICTABLE, "Unevictable") X(SWAP_TOTAL, "SwapTotal") X(SWAP_FREE, "SwapFree")
#define MEM_ID(id, name) MEM_##id,
enum mem_field { MEM_FIELDS(MEM_ID) NR_MEM };

/* Counts since boot, from /proc/vmstat */
#define VM_FIELDS(X)											\
	X(SWPIN, "pswpin") X(SWPOUT, "pswpout") X(FAULT, "pgfault") X(MAJFAULT, "pgmajfault")		\
	X(REFAULT, "workingset_refault_anon") X(OOM, "oom_kill")					\
	X(SCAN_KSWAPD, "pgscan_kswapd") X(STEAL_KSWAPD, "pgsteal_kswapd")				\
	X(SCAN_DIRECT, "pgscan_direct") X(STEAL_DIRECT, "pgsteal_direct")				\
	X(STALL_DMA, "allocstall_dma32") X(STALL_NORMAL, "allocstall_normal")				\
	X(STALL_MOVABLE, "allocstall_movable") X(COMPACT, "compact_success")				\
	X(THP_FAULT, "thp_fault_alloc") X(THP_FALLBACK, "thp_fault_fallback")				\
	X(THP_COLLAPSE, "thp_collapse_alloc") X(THP_SPLIT, "thp_split_page")				\
	X(THP_SPLIT_PMD, "thp_split_pmd") X(THP_OUT, "thp_swpout")
#define VM_ID(id, name) VM_##id,
enum vm_field { VM_FIELDS(VM_ID) NR_VM };

#define MOST_ZONES 8

struct zone {
	char name[12];
	long free, min, low, high, managed;	/* kB */
};

struct sample {
	long ms;			/* monotonic clock */
	double uptime, load[3];
	long mem[NR_MEM], vm[NR_VM];
	struct zone zones[MOST_ZONES];
	int nr_zones;
};

/* What the memory is used for. The kinds do not overlap, and together are all of it. */
enum kind { KIND_HUGE, KIND_ANON, KIND_SHMEM, KIND_FILE, KIND_KERNEL, KIND_OTHER, KIND_FREE, NR_KINDS };

void take_sample(struct sample *s);
void sample_kinds(const struct sample *s, long kb[NR_KINDS]);
/* How often a second, between two samples */
double sample_rate(const struct sample *now, const struct sample *before, enum vm_field field);

/* --- processes ---------------------------------------------------------------------------------------------------------- */

struct process {
	int pid;
	char state, name[17];
	long rss, anon, shmem, file, swap, huge;	/* kB */
	long majflt;			/* since its start */
	double majflt_rate;
};

enum sort { SORT_RSS, SORT_SWAP, SORT_HUGE, SORT_FAULTS, SORT_PID, NR_SORTS };
extern const char *const sort_names[NR_SORTS];

struct processes {
	struct process *list;
	int nr, room;
	long ms;
};

/* Who has memory of his own, sorted. p holds the last look, for the rates */
void take_processes(struct processes *p, enum sort sort);

/* --- khugepaged --------------------------------------------------------------------------------------------------------- */

#define MOST_DECISIONS 3
#define DECISION_LENGTH 120

struct decisions {
	long scans, collapsed;			/* full_scans, pages_collapsed */
	char enabled[16], defrag[16];
	char tally[DECISION_LENGTH];		/* reasons since the last look, with their numbers */
	struct decision {
		double time;			/* s, of the last of them */
		char what[80];			/* event: reason */
		int times;			/* in a row */
	} last[MOST_DECISIONS];			/* oldest first, from trace events */
	int nr_last;
	int tracing;				/* the events are on */
};

void take_decisions(struct decisions *d);
/* Switch the events of khugepaged on, or off again if it was we who did it. => whether there are any */
int trace_decisions(int on);

/* --- the screen --------------------------------------------------------------------------------------------------------- */

struct screen {
	int rows, cols, fancy;			/* fancy: it is cleared and painted again; else lines are printed */
	int at;					/* the next line */
};
extern struct screen screen;

/* Signals that end us are noted, so that nothing is left behind; and in the end obeyed. */
extern volatile int signal_to_die_of;
void catch_ends(void);
void die_of_signal(void);
/* Take the terminal, if there is one on standard input. The way back is taken at exit and on every signal that ends us. */
void screen_open(void);
void screen_close(void);
void screen_begin(void);			/* measures it, and goes to its first line */
/* One line, cut at the edge; lines behind the last row are dropped */
__attribute__((format(printf, 1, 2))) void line(const char *format, ...);
__attribute__((format(printf, 1, 2))) void bright_line(const char *format, ...);	/* in reverse */
int lines_left(void);				/* of a screen; many, in a list */
void screen_end(void);				/* the rest is empty; show what has changed */

enum key { KEY_NONE = 0, KEY_UP = 256, KEY_DOWN, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_ESCAPE, KEY_END };
/* => a letter or one of the above; KEY_NONE after ms without any; KEY_END: there will be no more */
int read_key(long ms);
void pause_for(double seconds);		/* ends early when a signal comes */

/* --- views -------------------------------------------------------------------------------------------------------------- */

struct view {
	struct sample now, before;
	struct processes processes;
	struct decisions decisions;
	enum sort sort;
	int chosen;				/* a row of the table */
	int pid;				/* whose map is shown; 0: the main view */
	double interval;			/* s */
	int help;
};

void draw_main(struct view *v);
void draw_help(void);
/* The map of v->pid; key moves in it. => 0: the process is gone */
int draw_map(struct view *v, int key);
/* kB as 12.3M, in 7 columns. => one of a few buffers that are used in turn */
const char *size_text(long kb);

#endif
