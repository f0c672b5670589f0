/* user/memtop/map.c - one process: its areas from smaps, and a picture of one of them from pagemap.
 *
 * A letter stands for a part of the area: 4 KB, or a power of two more, so that the picture has at most PICTURE letters. That a
 * part is huge is what kpageflags says of its frames; who may not read those sees it as present.
 */
#define _GNU_SOURCE
#include <user/memtop/memtop.h>

#define PICTURE		(4 * 64)
#define LETTERS		64
#define PM_PRESENT	(1ULL << 63)
#define PM_SWAP		(1ULL << 62)
#define PM_FRAME	((1ULL << 55) - 1)

struct area {
	unsigned long start, end;
	char perms[5], name[40];
	long rss, swap, huge;		/* kB */
};

static struct area *areas;
static int nr_areas, room_for, chosen;

/* "start-end perms offset dev inode  name": fields of an area follow on lines of their own */
static int begins_area(const char *text, struct area *area)
{
	int name = 0;

	*area = (struct area){ 0 };
	if (sscanf(text, "%lx-%lx %4s %*s %*s %*s %n", &area->start, &area->end, area->perms, &name) != 3)
		return 0;
	/* Of a path the end: the screen is narrow. */
	text += name;
	if (text[0] == '/' && strrchr(text, '/')[1])
		text = strrchr(text, '/') + 1;
	snprintf(area->name, sizeof(area->name), "%.*s", (int)strcspn(text, "\n"), text);
	return 1;
}

static void note_field(struct area *area, const char *text)
{
	const char *colon = strchr(text, ':');
	long kb = colon ? strtol(colon + 1, NULL, 10) : 0;

	if (!strncmp(text, "Rss:", 4))
		area->rss = kb;
	else if (!strncmp(text, "Swap:", 5))
		area->swap = kb;
	else if (!strncmp(text, "AnonHugePages:", 14) || !strncmp(text, "ShmemPmdMapped:", 15))
		area->huge += kb;
}

static int read_areas(int pid)
{
	char path[64], text[512];
	struct area area;
	struct lines l;

	nr_areas = 0;
	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	if (!open_lines(&l, path))
		return 0;
	while (next_line(&l, text, sizeof(text))) {
		if (!begins_area(text, &area)) {
			if (nr_areas)
				note_field(&areas[nr_areas - 1], text);
			continue;
		}
		if (nr_areas == room_for) {
			int room = room_for ? 2 * room_for : 64;
			void *more = realloc(areas, room * sizeof(*areas));

			if (!more)
				break;
			areas = more;
			room_for = room;
		}
		areas[nr_areas++] = area;
	}
	close(l.fd);
	return nr_areas > 0;
}

/* --- the picture ---------------------------------------------------------------------------------------------------------- */

struct part {
	unsigned long present, swapped, huge;		/* pages */
};

static int frame_is_huge(int kpageflags, uint64_t frame)
{
	uint64_t flags = 0;

	return kpageflags >= 0 && frame && pread(kpageflags, &flags, sizeof(flags), frame * sizeof(flags)) == sizeof(flags) &&
	       flags >> KPF_THP & 1;
}

/* One look at the flags of a frame is enough for its 2 MB. */
static void add_pages(struct part *parts, unsigned long unit, unsigned long first, const uint64_t *entries, long n, int kpageflags,
		      unsigned long *known, int *known_huge)
{
	for (long i = 0; i < n; i++) {
		struct part *part = &parts[(first + i) / unit];
		uint64_t frame = entries[i] & PM_FRAME;

		part->swapped += entries[i] & PM_SWAP && !(entries[i] & PM_PRESENT);
		if (!(entries[i] & PM_PRESENT))
			continue;
		part->present++;
		if (frame / 512 != *known) {
			*known = frame / 512;
			*known_huge = frame_is_huge(kpageflags, frame);
		} else if (!*known_huge && frame % 512 == 0) {
			*known_huge = frame_is_huge(kpageflags, frame);
		}
		part->huge += *known_huge;
	}
}

static char letter(const struct part *p, unsigned long pages)
{
	if (p->huge)
		return p->huge == pages ? 'H' : 'h';
	if (p->present && p->swapped)
		return '~';
	if (p->swapped)
		return 's';
	if (!p->present)
		return '.';
	return p->present == pages ? '#' : '+';
}

static void draw_picture(int pid, const struct area *area)
{
	static struct part parts[PICTURE];
	unsigned long pages = (area->end - area->start) / PAGE, unit = 1, known = ~0UL;
	int pagemap, kpageflags = open("/proc/kpageflags", O_RDONLY), known_huge = 0, nr;
	uint64_t entries[512];
	char path[64], row[LETTERS + 1];

	while ((pages + unit - 1) / unit > PICTURE)
		unit *= 2;
	nr = (pages + unit - 1) / unit;
	memset(parts, 0, sizeof(parts));
	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	pagemap = open(path, O_RDONLY);
	for (unsigned long at = 0; pagemap >= 0 && at < pages;) {
		size_t want = pages - at < 512 ? pages - at : 512;
		ssize_t got = pread(pagemap, entries, want * 8, (area->start / PAGE + at) * 8);

		if (got < 8)
			break;
		add_pages(parts, unit, at, entries, got / 8, kpageflags, &known, &known_huge);
		at += got / 8;
	}
	close(pagemap);
	close(kpageflags);
	line("%lx: a letter is %s", area->start, size_text(unit * PAGE / 1024));
	for (int i = 0; i < nr; i += LETTERS) {
		int n = nr - i < LETTERS ? nr - i : LETTERS;

		for (int j = 0; j < n; j++) {
			unsigned long left = pages - (i + j) * unit;

			row[j] = letter(&parts[i + j], left < unit ? left : unit);
		}
		row[n] = 0;
		line("  %s", row);
	}
}

/* --- the view ------------------------------------------------------------------------------------------------------------- */

static void move(int key)
{
	const int page = 10;

	chosen += key == KEY_DOWN || key == 'j' ? 1 : key == KEY_UP || key == 'k' ? -1 :
		  key == KEY_PAGE_DOWN ? page : key == KEY_PAGE_UP ? -page : 0;
	if (chosen >= nr_areas)
		chosen = nr_areas - 1;
	if (chosen < 0)
		chosen = 0;
}

static void draw_areas(int rows)
{
	int first = chosen >= rows ? chosen - rows + 1 : 0;

	for (int i = first; i < nr_areas && i < first + rows; i++) {
		const struct area *a = &areas[i];

		(screen.fancy && i == chosen ? bright_line : line)(
			"%012lx-%012lx %s %7s %7s %7s %7s %s", a->start, a->end, a->perms, size_text((a->end - a->start) / 1024),
			size_text(a->rss), size_text(a->swap), size_text(a->huge), a->name);
	}
}

int draw_map(struct view *v, int key)
{
	static int shown_pid;
	char path[64], name[32] = "";

	if (!read_areas(v->pid))
		return 0;
	if (shown_pid != v->pid)
		chosen = 0;
	shown_pid = v->pid;
	move(key);
	snprintf(path, sizeof(path), "/proc/%d/comm", v->pid);
	if (slurp(path, name, sizeof(name)) > 0)
		name[strcspn(name, "\n")] = 0;
	bright_line("process %d (%s): %d areas   up/down choose  b back  q quit", v->pid, name, nr_areas);
	line("start        end          perm    size     rss    swap    huge name");
	if (screen.fancy) {
		draw_areas(lines_left() - 2 - PICTURE / LETTERS);
		line("%s", "");
		draw_picture(v->pid, &areas[chosen]);
		return 1;
	}
	draw_areas(nr_areas);
	/* Of a list, a picture of each area that has something in it. */
	for (int i = 0; i < nr_areas; i++)
		if (areas[i].rss + areas[i].swap)
			draw_picture(v->pid, &areas[i]);
	return 1;
}
