/* drivers/serial/serial.h - the first serial port (16550 at 0x3f8): the console.
 *
 * Output is written at once, polled, until serial_irq_init(); then it goes through a ring that the transmit interrupt
 * empties, so that a long text does not hold up the CPU that prints it. A full ring is emptied by polling; a
 * panic switches back to polling for good. Input comes by interrupt and goes to one receiver, the terminal.
 *
 * Source: National Semiconductor PC16550D. Linux: drivers/tty/serial/8250/.
 */
#ifndef DRIVERS_SERIAL_SERIAL_H
#define DRIVERS_SERIAL_SERIAL_H

#include <kernel/lib/types.h>

/* serial_early_init - polled output from now on; => false: there is no port (nothing will be printed) */
bool serial_early_init(void);

/* serial_irq_init - after the IOAPIC: interrupt-driven input and buffered output; => -ENODEV: stays polled */
int serial_irq_init(void);

/*
 * serial_write - queue bytes as they are (no newline translation)
 *
 * => any context, any locks; blocks only while the ring is full
 */
void serial_write(const char *buf, size_t len);

/* serial_console_write - the same with \n sent as \r\n: what printk calls */
void serial_console_write(const char *buf, size_t len);

/* serial_set_receiver - called with each byte that arrives, in interrupt context on the boot CPU */
void serial_set_receiver(void (*receive)(char c));

/* serial_flush - wait until all is sent; serial_panic_mode - polled and without locks from now on */
void serial_flush(void);
void serial_panic_mode(void);

#endif
