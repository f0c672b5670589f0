/* fs/sys/page_idle.c - /sys/kernel/mm/page_idle/bitmap: one bit a frame, 64 frames a word.
 *
 * Writing a 1 marks the frame's page idle (0 changes nothing), reading says which are still idle. Whole words only.
 * Linux: mm/page_idle.c.
 */
#include <fs/sys/sys.h>
#include <kernel/sched/task.h>
#include <mm/reclaim/reclaim.h>

#define BITMAP_WORD	sizeof(u64)
#define WORD_BITS	(BITMAP_WORD * 8)

static u64 read_word(unsigned long pfn)
{
	u64 word = 0;
	unsigned int bit;

	for (bit = 0; bit < WORD_BITS && pfn + bit < max_pfn; bit++)
		if (page_is_idle(pfn + bit))
			word |= BIT(bit);
	return word;
}

static void write_word(unsigned long pfn, u64 word)
{
	unsigned int bit;

	for (bit = 0; bit < WORD_BITS && pfn + bit < max_pfn; bit++)
		if (word & BIT(bit))
			page_set_idle(pfn + bit);
}

static ssize_t bitmap_read(struct file *file __unused, struct iov_iter *to, u64 *pos)
{
	ssize_t done = 0;
	u64 word;

	if (*pos % BITMAP_WORD || iov_iter_count(to) % BITMAP_WORD)
		return -EINVAL;
	while (iov_iter_count(to) && *pos * 8 < max_pfn) {
		word = read_word(*pos * 8);
		if (copy_to_iter(&word, BITMAP_WORD, to) != BITMAP_WORD)
			return done ? done : -EFAULT;
		*pos += BITMAP_WORD;
		done += BITMAP_WORD;
		cond_resched();
	}
	return done;
}

static ssize_t bitmap_write(struct file *file __unused, struct iov_iter *from, u64 *pos)
{
	ssize_t done = 0;
	u64 word;

	if (*pos % BITMAP_WORD || iov_iter_count(from) % BITMAP_WORD)
		return -EINVAL;
	if (*pos * 8 >= max_pfn)
		return -ENXIO;
	while (iov_iter_count(from) && *pos * 8 < max_pfn) {
		if (copy_from_iter(&word, BITMAP_WORD, from) != BITMAP_WORD)
			return done ? done : -EFAULT;
		write_word(*pos * 8, word);
		*pos += BITMAP_WORD;
		done += BITMAP_WORD;
		cond_resched();
	}
	return done;
}

const struct file_operations sys_page_idle_operations = { .read = bitmap_read, .write = bitmap_write };
