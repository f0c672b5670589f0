/* Clocks go forward, agree with each other, and sleeps take their time. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/time.h>
#include <sys/times.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	struct timespec last, now, until, cpu;
	struct timeval tv;
	int backwards = 0;
	long began;

	plan(9);
	clock_gettime(CLOCK_MONOTONIC, &last);
	for (int i = 0; i < 20000; i++) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec < last.tv_sec || (now.tv_sec == last.tv_sec && now.tv_nsec < last.tv_nsec))
			backwards++;
		last = now;
	}
	is(backwards, 0, "the monotonic clock never goes back");
	began = now_ms();
	sleep_ms(100);
	ok(now_ms() - began >= 100 && now_ms() - began < 1000, "a sleep of 100 ms took %ld", now_ms() - began);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += 50000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	is(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL), 0, "a sleep until a time");
	clock_gettime(CLOCK_MONOTONIC, &now);
	ok(now.tv_sec > until.tv_sec || (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec),
	   "which has come");
	clock_gettime(CLOCK_REALTIME, &now);
	gettimeofday(&tv, NULL);
	ok(tv.tv_sec - now.tv_sec <= 1 && now.tv_sec > 1600000000, "gettimeofday and the real time agree");
	is(time(NULL) - tv.tv_sec <= 1, 1, "time, too");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	ok(cpu.tv_sec * 1000 + cpu.tv_nsec / 1000000 < now_ms(), "CPU time is counted");
	ok(times(NULL) > 0, "times");
	fails_with(EINVAL, clock_gettime(99, &now), "no such clock: EINVAL");
	return done();
}
