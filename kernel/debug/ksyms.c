/* kernel/debug/ksyms.c - which function an address belongs to.
 *
 * The functions are sorted by address, so that a binary search finds the last one that begins at or before it. The
 * text's end bounds the last function.
 *
 * Linux: kernel/kallsyms.c.
 */
#include <kernel/debug/ksyms.h>

#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>

/* tools/ksyms.py. Offsets are from _text. Not const-folded away: the second link replaces the table. */
extern const u32 ksym_count;
extern const u32 ksym_offsets[];
extern const u32 ksym_name_off[];
extern const char ksym_names[];

unsigned int ksym_total(void)
{
	return ksym_count;
}

unsigned long ksym_get(unsigned int i, const char **name)
{
	*name = ksym_names + ksym_name_off[i];
	return (unsigned long)_text + ksym_offsets[i];
}

const char *ksym_lookup(unsigned long addr, unsigned long *offset, unsigned long *size)
{
	u32 low = 0, high = ksym_count;	/* the answer is in [low, high) - or there is none */
	unsigned long from_text = addr - (unsigned long)_text, end;

	if (addr < (unsigned long)_text || addr >= (unsigned long)_etext || !high || from_text < ksym_offsets[0])
		return NULL;
	while (high - low > 1) {
		u32 middle = (low + high) / 2;

		if (ksym_offsets[middle] <= from_text)
			low = middle;
		else
			high = middle;
	}
	end = low + 1 < ksym_count ? ksym_offsets[low + 1] : (unsigned long)(_etext - _text);
	if (offset)
		*offset = from_text - ksym_offsets[low];
	if (size)
		*size = end - ksym_offsets[low];
	return ksym_names + ksym_name_off[low];
}

unsigned long ksym_address(const char *name)
{
	const char *found;
	u32 i;

	for (i = 0; i < ksym_count; i++) {
		unsigned long addr = ksym_get(i, &found);

		if (!strcmp(found, name))
			return addr;
	}
	return 0;
}

/* Describe addr as belonging to the function that holds addr - back. */
static const char *format(unsigned long addr, unsigned long back, char *buf, size_t size)
{
	unsigned long offset, length;
	const char *name = ksym_lookup(addr - back, &offset, &length);

	if (name)
		snprintf(buf, size, "%s+0x%lx/0x%lx", name, offset + back, length);
	else
		snprintf(buf, size, "0x%016lx", addr);
	return buf;
}

const char *ksym_format(unsigned long addr, char *buf, size_t size)
{
	return format(addr, 0, buf, size);
}

const char *ksym_format_return(unsigned long addr, char *buf, size_t size)
{
	return format(addr, 1, buf, size);
}
