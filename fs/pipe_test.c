/* fs/pipe_test.c - bytes through a pipe: order, limits, ends. */
#include <fs/pipe.h>
#include <fs/poll.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <mm/alloc/slab.h>

static ssize_t put(struct file *file, const void *buf, size_t n)
{
	u64 pos = 0;

	return kernel_write(file, buf, n, &pos);
}

static ssize_t take(struct file *file, void *buf, size_t n)
{
	u64 pos = 0;

	return kernel_read(file, buf, n, &pos);
}

KTEST(pipe, bytes_come_out_in_order_and_the_end_is_seen)
{
	struct file *f[2];
	char buf[16];

	KASSERT_EQ(create_pipe_files(f, 0), 0);
	KEXPECT_EQ(put(f[1], "hello ", 6), 6L);
	KEXPECT_EQ(put(f[1], "world", 5), 5L);
	KEXPECT_EQ(take(f[0], buf, 8), 8L);
	KEXPECT(!memcmp(buf, "hello wo", 8));
	KEXPECT_EQ(take(f[0], buf, 8), 3L);
	fput(f[1]);
	KEXPECT_EQ(take(f[0], buf, 8), 0L);
	fput(f[0]);
}

KTEST(pipe, a_full_pipe_takes_short_writes_whole_or_not_at_all)
{
	char *data = kzalloc(PIPE_SIZE, GFP_KERNEL);
	struct file *f[2];

	KASSERT_TRUE(data);
	KASSERT_EQ(create_pipe_files(f, O_NONBLOCK), 0);
	KEXPECT_EQ(take(f[0], data, 1), (long)-EAGAIN);
	KEXPECT_EQ(put(f[1], data, PIPE_SIZE - 100), (long)PIPE_SIZE - 100);
	KEXPECT_EQ(put(f[1], data, 101), (long)-EAGAIN);
	KEXPECT_EQ(f[1]->op->poll(f[1], NULL) & POLLOUT, 0U);
	KEXPECT_EQ(put(f[1], data, PIPE_BUF + 1), 100L);
	KEXPECT_EQ(put(f[1], data, 1), (long)-EAGAIN);
	KEXPECT_EQ(take(f[0], data, PIPE_SIZE), (long)PIPE_SIZE);
	KEXPECT_EQ(f[1]->op->poll(f[1], NULL) & POLLOUT, (unsigned int)POLLOUT);
	fput(f[0]);
	KEXPECT_EQ(put(f[1], data, 1), (long)-EPIPE);
	fput(f[1]);
	kfree(data);
}

#define STREAM_BYTES	(1 << 20)

static int write_stream(void *arg)
{
	struct file *file = arg;
	u8 chunk[1000];

	for (u32 sent = 0; sent < STREAM_BYTES;) {
		size_t n = min_t(size_t, sizeof(chunk), STREAM_BYTES - sent);

		for (size_t i = 0; i < n; i++)
			chunk[i] = (sent + i) * 7 >> 3;
		if (put(file, chunk, n) != (ssize_t)n)
			break;
		sent += n;
	}
	fput(file);
	return 0;
}

KTEST(pipe, a_writer_and_a_reader_on_two_cpus)
{
	struct file *f[2];
	struct task *writer;
	u32 got = 0, wrong = 0;
	u8 buf[1357];
	ssize_t n;

	KASSERT_EQ(create_pipe_files(f, 0), 0);
	writer = kthread_run(write_stream, f[1], "pipe_test");
	KASSERT_TRUE(!IS_ERR(writer));
	while ((n = take(f[0], buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++, got++)
			wrong += buf[i] != (u8)(got * 7 >> 3);
	KEXPECT_EQ(n, 0L);
	KEXPECT_EQ(got, (u32)STREAM_BYTES);
	KEXPECT_EQ(wrong, 0U);
	fput(f[0]);
}
