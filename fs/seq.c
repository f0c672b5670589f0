/* fs/seq.c - printing into a buffer that grows. See seq.h. Linux: fs/seq_file.c. */
#include <fs/seq.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <mm/alloc/vmalloc.h>

#define SEQ_FIRST_SIZE	(16UL << 10)
#define SEQ_MAX_SIZE	(256UL << 20)

void seq_write(struct seq *m, const void *data, size_t len)
{
	if (len > m->size - m->len) {
		m->overflow = true;
		len = m->size - m->len;
	}
	memcpy(m->buf + m->len, data, len);
	m->len += len;
}

void seq_puts(struct seq *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

void seq_putc(struct seq *m, char c)
{
	seq_write(m, &c, 1);
}

void seq_printf(struct seq *m, const char *fmt, ...)
{
	size_t room = m->size - m->len;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(m->buf + m->len, room, fmt, args);
	va_end(args);
	/* vsnprintf wants room for a terminator that the text itself does not need */
	if ((size_t)len >= room) {
		m->overflow = true;
		m->len = m->size;
	} else {
		m->len += len;
	}
}

void seq_pad(struct seq *m, size_t line_start, size_t column)
{
	while (m->len - line_start < column && !m->overflow)
		seq_putc(m, ' ');
}

void seq_escape(struct seq *m, const char *s, const char *escape)
{
	for (; *s; s++) {
		if (*s == '\\' || strchr(escape, *s))
			seq_printf(m, "\\%03o", (unsigned char)*s);
		else
			seq_putc(m, *s);
	}
}

int seq_make(struct seq *m, seq_show_fn show, void *arg)
{
	int err;

	for (m->size = SEQ_FIRST_SIZE; m->size <= SEQ_MAX_SIZE; m->size *= 4) {
		m->buf = vmalloc(m->size);
		if (!m->buf)
			return -ENOMEM;
		m->len = 0;
		m->overflow = false;
		err = show(m, arg);
		if (!err && !m->overflow)
			return 0;
		seq_free(m);
		if (err)
			return err;
	}
	return -ENOMEM;
}

void seq_free(struct seq *m)
{
	vfree(m->buf);
	m->buf = NULL;
}
