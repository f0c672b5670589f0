/* fs/seq.h - text that is made when it is read: the files of /proc and /sys.
 *
 * The whole text is made at the first read of an open file, and then read out of one buffer, so that a reader who takes
 * small bites sees one moment. A show function prints; when the buffer was too small it is called again with a
 * larger one, so it must not change anything. Linux: fs/seq_file.c.
 */
#ifndef FS_SEQ_H
#define FS_SEQ_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/types.h>

struct seq {
	char	*buf;
	size_t	size;		/* bytes of buf */
	size_t	len;		/* bytes printed; never more than size */
	bool	overflow;	/* the text did not fit: it will be made again */
};

typedef int (*seq_show_fn)(struct seq *m, void *arg);	/* 0, or -errno for the reader */

void seq_printf(struct seq *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void seq_puts(struct seq *m, const char *s);
void seq_putc(struct seq *m, char c);
void seq_write(struct seq *m, const void *data, size_t len);
/* Spaces up to column: counted from the last line break. */
void seq_pad(struct seq *m, size_t line_start, size_t column);
/* A path or name with the characters of `escape` (and backslash) as \ooo, as maps and mounts need it. */
void seq_escape(struct seq *m, const char *s, const char *escape);

/*
 * seq_make - run show into a buffer that is large enough
 *
 * => 0 and m->buf, m->len set, the caller frees with seq_free(); -ENOMEM; or show's own error. Sleeps
 */
int seq_make(struct seq *m, seq_show_fn show, void *arg);
void seq_free(struct seq *m);

#endif
