/* user/lib/khugepaged.h - khugepaged made quick for a while, and its knobs put back. */
#ifndef USER_LIB_KHUGEPAGED_H
#define USER_LIB_KHUGEPAGED_H

#include <user/lib/memory.h>

#define KHUGE THP "khugepaged/"

static const char *const khuge_knobs[] = {
	"scan_sleep_millisecs", "alloc_sleep_millisecs", "pages_to_scan",
	"max_ptes_none", "max_ptes_swap", "max_ptes_shared",
};
#define KHUGE_KNOBS (sizeof(khuge_knobs) / sizeof(khuge_knobs[0]))
static char khuge_saved[KHUGE_KNOBS][32];

static inline void khuge_set(const char *knob, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), KHUGE "%s", knob);
	spit(path, value);
}

/* A file that is one number. => -1 if there is none */
static inline long khuge_get(const char *knob)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), KHUGE "%s", knob);
	return slurp(path, text, sizeof(text)) > 0 ? strtol(text, NULL, 10) : -1;
}

static inline void khuge_restore(void)
{
	for (size_t i = 0; i < KHUGE_KNOBS; i++)
		if (khuge_saved[i][0])
			khuge_set(khuge_knobs[i], khuge_saved[i]);
}

static inline void khuge_quick(void)
{
	char path[128];

	for (size_t i = 0; i < KHUGE_KNOBS; i++) {
		snprintf(path, sizeof(path), KHUGE "%s", khuge_knobs[i]);
		slurp(path, khuge_saved[i], sizeof(khuge_saved[i]));
	}
	atexit(khuge_restore);
	khuge_set("scan_sleep_millisecs", "10");
	khuge_set("alloc_sleep_millisecs", "10");
	khuge_set("pages_to_scan", "40960");
}

/* An area of small pages that khugepaged may collapse from now on. */
static inline char *small_then_advised(size_t length)
{
	char *p = map_aligned(length);

	madvise(p, length, MADV_NOHUGEPAGE);
	fill(p, length, 1);
	madvise(p, length, MADV_HUGEPAGE);
	return p;
}

#endif
