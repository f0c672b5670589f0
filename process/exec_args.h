/* process/exec_args.h - the strings that a new program is given, while they belong to neither the old nor the new one.
 *
 * They are copied out of the old address space into kernel memory, all arguments first and then the environment, each with its 0,
 * and written onto the new stack when the old space is gone. Together they may fill a quarter of the stack limit.
 *
 * A script puts words in front (the interpreter, its argument, the script's name) and drops argv[0].
 *
 * Linux: fs/exec.c (copy_strings, bprm_stack_limits).
 */
#ifndef PROCESS_EXEC_ARGS_H
#define PROCESS_EXEC_ARGS_H

#include <kernel/lib/list.h>
#include <kernel/lib/types.h>

#define EXEC_PREFIX_SIZE	4096

/* argv and envp are arrays in user memory, or in the kernel's own (kernel set). */
struct exec_source {
	const char *const *argv, *const *envp;
	bool		kernel;
};

struct exec_args {
	struct list_head chunks;	/* of exec_args.c */
	size_t		bytes;		/* in all chunks */
	size_t		limit;
	unsigned int	argc, envc;	/* as copied: without the prefix */
	size_t		argv_bytes;	/* of bytes: the arguments */
	size_t		dropped;	/* bytes of argv[0], if a script has replaced it */
	char		*prefix;	/* strings in front, or NULL */
	size_t		prefix_bytes;
	unsigned int	prefix_count;
};

/* => 0; -E2BIG, -EFAULT, -ENOMEM, -EINTR; exec_args_free() in any case */
int exec_args_copy(struct exec_args *args, const struct exec_source *source);
void exec_args_free(struct exec_args *args);

/* Put strings (count, with their 0s, bytes in all) in front of what would be argv[0], and drop that. => 0 or -E2BIG, -ENOMEM */
int exec_args_replace_first(struct exec_args *args, const char *strings, size_t bytes, unsigned int count);

static inline unsigned int exec_args_argc(const struct exec_args *args)
{
	return args->prefix_count + args->argc - (args->dropped ? 1 : 0);
}

/* Bytes that exec_args_write() will write. */
static inline size_t exec_args_size(const struct exec_args *args)
{
	return args->prefix_bytes + args->bytes - args->dropped;
}

/* All strings, arguments then environment, to user memory. => 0 or -EFAULT */
int exec_args_write(const struct exec_args *args, unsigned long address);

#endif
