/* drivers/serial/serial.c - the 16550 at 0x3f8. */
#define pr_fmt(fmt) "serial: " fmt

#include <drivers/serial/serial.h>
#include <kernel/debug/panic.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/errno.h>
#include <kernel/sync/spinlock.h>
#include <kernel/x86/io.h>
#include <kernel/x86/trap.h>

#define COM1		0x3f8
#define COM1_IRQ	4

/* Register offsets; the first two change their meaning while LCR_DLAB is set. */
#define REG_DATA	0
#define REG_IER		1		/* interrupts enabled */
#define REG_FCR		2		/* write: FIFO control */
#define REG_IIR		2		/* read: what interrupted */
#define REG_LCR		3		/* line control */
#define REG_MCR		4		/* modem control */
#define REG_LSR		5		/* line status */
#define REG_SCRATCH	7

#define IER_RECEIVED	BIT(0)
#define IER_SENT	BIT(1)
#define FCR_ENABLE	0x07		/* FIFOs on and emptied, interrupt at the first byte */
#define IIR_NONE	BIT(0)
#define LCR_8N1		0x03
#define LCR_DLAB	BIT(7)
#define MCR_ON		0x0b		/* DTR, RTS, and OUT2, which lets the interrupt through */
#define LSR_RECEIVED	BIT(0)
#define LSR_CAN_SEND	BIT(5)		/* the transmit FIFO is empty: it takes FIFO_SIZE bytes */
#define LSR_ALL_SENT	BIT(6)

#define FIFO_SIZE	16
#define RING_SIZE	16384		/* bytes; a power of two */
#define BURST		256		/* bytes sent at a stretch with interrupts off */
#define MAX_POLLS	2000000		/* a line that takes nothing for so long is dead, or its reader is */

static bool present;
static bool interrupts;			/* the transmit interrupt empties the ring */
static bool polled_for_good;		/* panic: no locks, no ring */
static void (*receiver)(char c);

static DEFINE_SPINLOCK(lock);			/* irq-safe: the ring and the transmitter */
static char ring[RING_SIZE];
static unsigned int head, tail;		/* free running: tail is sent next, head is written next */

static u8 in(u8 reg)
{
	return inb(COM1 + reg);
}

static void out(u8 reg, u8 value)
{
	outb(value, COM1 + reg);
}

static bool ring_empty(void)
{
	return head == tail;
}

/* Move bytes from the ring to the line as long as it takes them; the interrupt asks for the rest. */
static void pump(void)
{
	for (int sent = 0; sent < BURST && !ring_empty() && (in(REG_LSR) & LSR_CAN_SEND); )
		for (int i = 0; i < FIFO_SIZE && !ring_empty(); i++, sent++)
			out(REG_DATA, ring[tail++ % RING_SIZE]);
}

/* What was typed before there is a receiver stays in the FIFO. */
static void ask_for_interrupt(void)
{
	out(REG_IER, (receiver ? IER_RECEIVED : 0) | (ring_empty() ? 0 : IER_SENT));
}

static bool wait_can_send(void)
{
	for (int i = 0; i < MAX_POLLS; i++) {
		if (in(REG_LSR) & LSR_CAN_SEND)
			return true;
		cpu_relax();
	}
	return false;
}

static void write_polled(const char *buf, size_t len)
{
	while (len) {
		size_t n = min_t(size_t, len, FIFO_SIZE);

		if (!wait_can_send())
			return;
		for (size_t i = 0; i < n; i++)
			out(REG_DATA, buf[i]);
		buf += n;
		len -= n;
	}
}

/* => how many bytes found room */
static size_t fill_ring(const char *buf, size_t len)
{
	size_t n = 0;

	while (n < len && head - tail < RING_SIZE)
		ring[head++ % RING_SIZE] = buf[n++];
	return n;
}

void serial_write(const char *buf, size_t len)
{
	unsigned long flags;
	size_t n;

	if (!present)
		return;
	if (unlikely(panicking))
		serial_panic_mode();
	if (!interrupts || polled_for_good) {
		write_polled(buf, len);
		return;
	}
	while (len) {
		spin_lock_irqsave(&lock, flags);
		n = fill_ring(buf, len);
		pump();
		ask_for_interrupt();
		spin_unlock_irqrestore(&lock, flags);
		buf += n;
		len -= n;
		if (len)
			wait_can_send();
	}
}

void serial_console_write(const char *buf, size_t len)
{
	size_t start = 0;

	for (size_t i = 0; i < len; i++) {
		if (buf[i] != '\n')
			continue;
		serial_write(buf + start, i - start);
		serial_write("\r\n", 2);
		start = i + 1;
	}
	serial_write(buf + start, len - start);
}

static void serial_interrupt(void *arg __unused)
{
	while (!(in(REG_IIR) & IIR_NONE)) {
		while (in(REG_LSR) & LSR_RECEIVED) {
			char c = in(REG_DATA);

			if (receiver)
				receiver(c);
		}
		spin_lock(&lock);
		pump();
		ask_for_interrupt();
		spin_unlock(&lock);
	}
}

void serial_set_receiver(void (*receive)(char c))
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	receiver = receive;
	if (interrupts)
		ask_for_interrupt();
	spin_unlock_irqrestore(&lock, flags);
}

void serial_flush(void)
{
	unsigned long flags;
	unsigned int before;

	if (!present)
		return;
	do {
		spin_lock_irqsave(&lock, flags);
		before = tail;
		if (!ring_empty() && wait_can_send())
			pump();
		spin_unlock_irqrestore(&lock, flags);
	} while (tail != before);
	for (int i = 0; i < MAX_POLLS && !(in(REG_LSR) & LSR_ALL_SENT); i++)
		cpu_relax();
}

/* What is still in the ring goes first. The CPU that held the lock is stopped, or is this one. */
void serial_panic_mode(void)
{
	if (!present || polled_for_good)
		return;
	polled_for_good = true;
	out(REG_IER, 0);
	while (!ring_empty() && wait_can_send())
		pump();
}

bool serial_early_init(void)
{
	out(REG_SCRATCH, 0x5a);
	if (in(REG_SCRATCH) != 0x5a || in(REG_LSR) == 0xff)
		return false;
	out(REG_IER, 0);
	out(REG_LCR, LCR_DLAB);
	out(REG_DATA, 1);		/* divisor 1: 115200 baud */
	out(REG_IER, 0);
	out(REG_LCR, LCR_8N1);
	out(REG_FCR, FCR_ENABLE);
	out(REG_MCR, MCR_ON);
	present = true;
	return true;
}

int serial_irq_init(void)
{
	int vector, error;

	if (!present)
		return -ENODEV;
	vector = irq_alloc_vector(serial_interrupt, NULL, "serial");
	if (vector < 0)
		return vector;
	error = ioapic_route(COM1_IRQ, vector, 0);
	if (error) {
		irq_free_vector(vector);
		pr_warn("no interrupt for the serial line: no input\n");
		return error;
	}
	interrupts = true;
	ask_for_interrupt();
	return 0;
}
