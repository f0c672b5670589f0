/* kernel/x86/clock.c - from counters to time.
 *
 * The time-stamp counters of all CPUs are taken to run together, as they do on machines of this century and in QEMU.
 */
#include <kernel/x86/clock.h>
#include <kernel/lib/compiler.h>
#include <kernel/x86/apic.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/io.h>
#include <kernel/x86/tsc.h>

#define CMOS_INDEX	0x70
#define CMOS_DATA	0x71
#define CMOS_STATUS_A	0x0a
#define CMOS_UPDATING	BIT(7)
#define CMOS_STATUS_B	0x0b
#define CMOS_24_HOURS	BIT(1)
#define CMOS_BINARY	BIT(2)	/* else BCD */
#define CMOS_CENTURY	0x32

enum cmos_field { CMOS_SECOND = 0, CMOS_MINUTE = 2, CMOS_HOUR = 4, CMOS_DAY = 7, CMOS_MONTH = 8, CMOS_YEAR = 9 };

struct calendar {
	unsigned int year, month, day, hour, minute, second;
};

static u64 start_tsc;			/* ktime 0 */
static u64 ns_per_tick_32;		/* ns a TSC tick, times 2^32 */
static u64 realtime_offset;		/* clock_realtime_ns() - ktime_get_ns() */

u64 clock_tsc_to_ns(u64 tsc_ticks)
{
	return (unsigned __int128)tsc_ticks * ns_per_tick_32 >> 32;
}

u64 ktime_get_ns(void)
{
	return clock_tsc_to_ns(rdtsc() - start_tsc);
}

u64 clock_realtime_ns(void)
{
	return READ_ONCE(realtime_offset) + ktime_get_ns();
}

void clock_set_realtime_ns(u64 ns)
{
	WRITE_ONCE(realtime_offset, ns - ktime_get_ns());
}

static u8 cmos_read(u8 index)
{
	outb(index, CMOS_INDEX);
	return inb(CMOS_DATA);
}

static unsigned int from_bcd(u8 value)
{
	return (value >> 4) * 10 + (value & 15);
}

static unsigned int cmos_number(u8 index, u8 mode)
{
	u8 value = cmos_read(index);

	return mode & CMOS_BINARY ? value : from_bcd(value);
}

/* In 12-hour mode bit 7 says "afternoon", and 12 o'clock comes before 1. */
static unsigned int cmos_hour(u8 mode)
{
	u8 value = cmos_read(CMOS_HOUR);
	unsigned int hour = mode & CMOS_BINARY ? value & 0x7f : from_bcd(value & 0x7f);

	if (mode & CMOS_24_HOURS)
		return hour;
	return hour % 12 + (value & 0x80 ? 12 : 0);
}

static struct calendar read_calendar(void)
{
	u8 mode = cmos_read(CMOS_STATUS_B);
	unsigned int century;
	struct calendar now;

	for (int i = 0; i < 10000 && cmos_read(CMOS_STATUS_A) & CMOS_UPDATING; i++)
		cpu_relax();
	now.second = cmos_number(CMOS_SECOND, mode);
	now.minute = cmos_number(CMOS_MINUTE, mode);
	now.hour = cmos_hour(mode);
	now.day = cmos_number(CMOS_DAY, mode);
	now.month = cmos_number(CMOS_MONTH, mode);
	century = cmos_number(CMOS_CENTURY, mode);
	now.year = cmos_number(CMOS_YEAR, mode) + (century >= 19 && century <= 99 ? century : 20) * 100;
	return now;
}

/* Days since 1970-01-01 in the Gregorian calendar; the year is taken to begin in March, so that February is last. */
static u64 days_since_1970(unsigned int year, unsigned int month, unsigned int day)
{
	u64 y = month > 2 ? year : year - 1;
	u64 m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

void clock_init(void)
{
	struct calendar now = read_calendar();
	u64 days = days_since_1970(now.year, now.month, now.day);

	ns_per_tick_32 = (NSEC_PER_SEC << 32) / tsc_hz;
	clock_set_realtime_ns((((days * 24 + now.hour) * 60 + now.minute) * 60 + now.second) * NSEC_PER_SEC);
}

void clock_mark_start(void)
{
	start_tsc = rdtsc();
}

void clock_start_tick(void)
{
	apic_timer_start_periodic(apic_timer_hz / CLOCK_HZ);
}
