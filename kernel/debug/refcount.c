/* kernel/debug/refcount.c - a reference count went wrong.
 *
 * Linux: lib/refcount.c.
 */
#include <kernel/debug/refcount.h>

#include <kernel/debug/expect.h>

static const char *const names[NR_REFCOUNT_KINDS] = {
	[REF_PAGE] = "page", [REF_MAPCOUNT] = "mapcount of a page", [REF_SWAP_SLOT] = "swap slot",
	[REF_MM] = "mm", [REF_TASK] = "task", [REF_FILE] = "file", [REF_FILES] = "file table", [REF_INODE] = "inode",
	[REF_DENTRY] = "dentry",
};
static bool said[NR_REFCOUNT_KINDS];

void refcount_say_again(void)
{
	for (unsigned int i = 0; i < NR_REFCOUNT_KINDS; i++)
		said[i] = false;
}

void refcount_report(enum refcount_kind kind, const char *what)
{
	if (!xchg(&said[kind], true))
		debug_report("refcount of a %s: %s; it is kept for ever", names[kind], what);
}

void refcount_saturate(atomic_t *count, enum refcount_kind kind, const char *what)
{
	atomic_set(count, REFCOUNT_SATURATED);
	refcount_report(kind, what);
}
