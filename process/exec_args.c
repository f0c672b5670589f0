/* process/exec_args.c - arguments and environment on their way to a new program. See exec_args.h.
 *
 * Linux: fs/exec.c (copy_strings, remove_arg_zero).
 */
#include <process/exec_args.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab.h>
#include <mm/space/space.h>

#define MAX_STRING	(32 * PAGE_SIZE)	/* one argument, with its 0 */
#define MAX_TOTAL	(6UL << 20)
#define MIN_TOTAL	(32 * PAGE_SIZE)	/* however small the stack limit is */

struct chunk {
	struct list_head link;
	char		text[PAGE_SIZE - sizeof(struct list_head)];
};
static_assert(sizeof(struct chunk) == PAGE_SIZE, "one page");
#define CHUNK_BYTES	sizeof(((struct chunk *)0)->text)

/* => where the next byte goes, and the room there; NULL without memory */
static char *next_room(struct exec_args *args, size_t *room)
{
	size_t used = args->bytes % CHUNK_BYTES;
	struct chunk *c;

	if (!used) {
		c = get_free_page(GFP_KERNEL);
		if (!c)
			return NULL;
		list_add_tail(&c->link, &args->chunks);
	}
	c = list_last_entry(&args->chunks, struct chunk, link);
	*room = CHUNK_BYTES - used;
	return c->text + used;
}

/* => bytes copied without the 0, `room` when there was no 0 among them; -EFAULT */
static long copy_piece(char *to, const char *from, size_t room, bool kernel)
{
	size_t n;

	if (!kernel)
		return strncpy_from_user(to, (const char __user *)from, room);
	n = strnlen(from, room);
	memcpy(to, from, n < room ? n + 1 : room);
	return n;
}

static int copy_string(struct exec_args *args, const char *from, bool kernel)
{
	size_t room, length = 0;
	char *to;
	long n;

	for (;;) {
		to = next_room(args, &room);
		if (!to)
			return -ENOMEM;
		n = copy_piece(to, from + length, room, kernel);
		if (n < 0)
			return n;
		length += n;
		args->bytes += n;
		if (length >= MAX_STRING || args->bytes >= args->limit)
			return -E2BIG;
		if ((size_t)n < room)
			break;
	}
	args->bytes++;
	return 0;
}

static int get_pointer(const char **pointer, const char *const *array, unsigned int i, bool kernel)
{
	u64 value;

	if (kernel) {
		*pointer = array[i];
		return 0;
	}
	if (get_user(value, (const u64 __user *)array + i))
		return -EFAULT;
	*pointer = (const char *)value;
	return 0;
}

static int copy_strings(struct exec_args *args, const char *const *array, bool kernel, unsigned int *count)
{
	const char *string;
	int error;

	for (*count = 0; array; (*count)++) {
		error = get_pointer(&string, array, *count, kernel);
		if (error || !string)
			return error;
		error = copy_string(args, string, kernel);
		if (error)
			return error;
		args->limit -= sizeof(char *);	/* its pointer lies on the stack too */
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int exec_args_copy(struct exec_args *args, const struct exec_source *source)
{
	static const char *const no_arguments[] = { "", NULL };
	struct exec_source s = *source;
	const char *first = NULL;
	int error = 0;

	*args = (struct exec_args){ .limit = clamp(rlimit(RLIMIT_STACK) / 4, MIN_TOTAL, MAX_TOTAL) };
	INIT_LIST_HEAD(&args->chunks);
	if (s.argv)
		error = get_pointer(&first, s.argv, 0, s.kernel);
	if (error)
		return error;
	/* A program without argv[0] would take its environment for arguments. */
	if (!first)
		error = copy_strings(args, no_arguments, true, &args->argc);
	else
		error = copy_strings(args, s.argv, s.kernel, &args->argc);
	if (error)
		return error;
	args->argv_bytes = args->bytes;
	return copy_strings(args, s.envp, s.kernel, &args->envc);
}

void exec_args_free(struct exec_args *args)
{
	struct chunk *c, *next;

	list_for_each_entry_safe(c, next, &args->chunks, link)
		free_page(c);
	INIT_LIST_HEAD(&args->chunks);
	kfree(args->prefix);
	args->prefix = NULL;
}

/* The prefix's first string, or argv[0] of the chunks. */
static size_t drop_first(struct exec_args *args)
{
	struct chunk *c;
	size_t n = 0;

	if (args->prefix)
		return strlen(args->prefix) + 1;
	list_for_each_entry(c, &args->chunks, link) {
		size_t here = strnlen(c->text, CHUNK_BYTES);

		n += here;
		if (here < CHUNK_BYTES)
			break;
	}
	args->dropped = n + 1;
	return 0;
}

int exec_args_replace_first(struct exec_args *args, const char *strings, size_t bytes, unsigned int count)
{
	size_t cut = drop_first(args), kept = args->prefix_bytes - cut;
	char *prefix;

	if (bytes + kept > EXEC_PREFIX_SIZE * 2)
		return -E2BIG;
	prefix = kmalloc(bytes + kept, GFP_KERNEL);
	if (!prefix)
		return -ENOMEM;
	memcpy(prefix, strings, bytes);
	if (kept)
		memcpy(prefix + bytes, args->prefix + cut, kept);
	args->prefix_count += count - (cut ? 1 : 0);
	kfree(args->prefix);
	args->prefix = prefix;
	args->prefix_bytes = bytes + kept;
	return 0;
}

int exec_args_write(const struct exec_args *args, unsigned long address)
{
	size_t skip = args->dropped, left = args->bytes;
	struct chunk *c;

	if (args->prefix_bytes && copy_to_user((void __user *)address, args->prefix, args->prefix_bytes))
		return -EFAULT;
	address += args->prefix_bytes;
	list_for_each_entry(c, &args->chunks, link) {
		size_t here = min(left, CHUNK_BYTES), from = min(skip, here);

		if (copy_to_user((void __user *)address, c->text + from, here - from))
			return -EFAULT;
		address += here - from;
		skip -= from;
		left -= here;
	}
	return 0;
}
