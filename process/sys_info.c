/* process/sys_info.c - system calls about the machine and the system as a whole: names, numbers, log, limits, switching off.
 *
 * Linux: kernel/sys.c, printk/printk.c (syslog), reboot.c, drivers/char/random.c.
 */
#include <process/syscalls.h>

#include <drivers/acpi/acpi.h>
#include <drivers/serial/serial.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/random.h>
#include <kernel/lib/string.h>
#include <kernel/sched/sched.h>
#include <kernel/sync/mutex.h>
#include <kernel/version.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/page_alloc.h>
#include <mm/frame/vmstat.h>
#include <mm/space/space.h>
#include <mm/swap/swap.h>
#include <process/clocks.h>
#include <process/limits.h>

/* --- names ------------------------------------------------------------------------------------------------------------ */

#define UTS_LEN		64
struct user_utsname {
	char	sysname[UTS_LEN + 1], nodename[UTS_LEN + 1], release[UTS_LEN + 1], version[UTS_LEN + 1];
	char	machine[UTS_LEN + 1], domainname[UTS_LEN + 1];
};

static DEFINE_MUTEX(uts_mutex);
static struct user_utsname uts = {		/* (uts_mutex) */
	UTS_SYSNAME, UTS_NODENAME, UTS_RELEASE, UTS_VERSION, UTS_MACHINE, "(none)",
};

long sys_uname(struct user_utsname __user *to)
{
	struct user_utsname copy;

	mutex_lock(&uts_mutex);
	copy = uts;
	mutex_unlock(&uts_mutex);
	return copy_to_user(to, &copy, sizeof(copy)) ? -EFAULT : 0;
}

static long set_uts_name(char *field, const char __user *uname, int len)
{
	char name[UTS_LEN + 1] = { 0 };

	if (len < 0 || len > UTS_LEN)
		return -EINVAL;
	if (copy_from_user(name, uname, len))
		return -EFAULT;
	mutex_lock(&uts_mutex);
	memcpy(field, name, sizeof(name));
	mutex_unlock(&uts_mutex);
	return 0;
}

long sys_sethostname(const char __user *name, int len)
{
	return set_uts_name(uts.nodename, name, len);
}

long sys_setdomainname(const char __user *name, int len)
{
	return set_uts_name(uts.domainname, name, len);
}

/* --- numbers ----------------------------------------------------------------------------------------------------------- */

struct user_sysinfo {
	s64	uptime;
	u64	loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	u16	procs, __pad;
	u64	totalhigh, freehigh;
	u32	mem_unit;
};
static_assert(sizeof(struct user_sysinfo) == 112, "struct sysinfo of the ABI");

long sys_sysinfo(struct user_sysinfo __user *to)
{
	struct user_sysinfo info = { 0 };
	unsigned long loads[3];

	get_avenrun(loads);
	for (int i = 0; i < 3; i++)
		info.loads[i] = loads[i] << (16 - LOAD_SHIFT);
	info.uptime = DIV_ROUND_UP(ktime_get_ns(), NSEC_PER_SEC);
	info.totalram = totalram_pages() << PAGE_SHIFT;
	info.freeram = nr_free_pages() << PAGE_SHIFT;
	info.sharedram = page_state(NR_SHMEM) << PAGE_SHIFT;
	info.totalswap = total_swap_pages() << PAGE_SHIFT;
	info.freeswap = nr_swap_pages() << PAGE_SHIFT;
	info.procs = READ_ONCE(nr_threads);
	info.mem_unit = 1;
	return copy_to_user(to, &info, sizeof(info)) ? -EFAULT : 0;
}

long sys_getrandom(void __user *buf, size_t len, unsigned int flags)
{
	size_t done = 0, n;
	u8 piece[256];

	if (flags & ~7U)
		return -EINVAL;
	len = min(len, (size_t)0x7fffffff);
	while (done < len) {
		n = min(len - done, sizeof(piece));
		get_random_bytes(piece, n);
		if (copy_to_user(buf + done, piece, n))
			return -EFAULT;
		done += n;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return done;
}

/* --- what processes use and may use ------------------------------------------------------------------------------------- */

int put_rusage(struct user_rusage __user *to, const struct process_usage *usage)
{
	struct user_rusage r = {
		.utime = ns_to_timeval(usage->utime), .stime = ns_to_timeval(usage->stime),
		.maxrss = usage->max_rss << (PAGE_SHIFT - 10), .minflt = usage->min_flt, .majflt = usage->maj_flt,
		.nvcsw = usage->nvcsw, .nivcsw = usage->nivcsw,
	};

	return copy_to_user(to, &r, sizeof(r)) ? -EFAULT : 0;
}

enum { RUSAGE_CHILDREN = -1, RUSAGE_SELF, RUSAGE_THREAD };

long sys_getrusage(int who, struct user_rusage __user *to)
{
	struct process_usage usage = { 0 };

	if (who < RUSAGE_CHILDREN || who > RUSAGE_THREAD)
		return -EINVAL;
	spin_lock_irq(&tasklist_lock);
	if (who == RUSAGE_CHILDREN)
		usage = current->signal->children;
	else if (who == RUSAGE_THREAD)
		usage_add_task(&usage, current);
	else
		usage_of_process(current->group_leader, &usage);
	spin_unlock_irq(&tasklist_lock);
	if (who != RUSAGE_CHILDREN)
		usage.max_rss = max(usage.max_rss, max(current->mm->hiwater_rss, get_mm_rss(current->mm)));
	return put_rusage(to, &usage);
}

struct user_tms {
	s64	utime, stime, cutime, cstime;
};
#define NS_TO_TICKS(ns)	((s64)((ns) / (NSEC_PER_SEC / 100)))	/* USER_HZ */

long sys_times(struct user_tms __user *to)
{
	struct process_usage own = { 0 }, children;
	struct user_tms tms;

	spin_lock_irq(&tasklist_lock);
	usage_of_process(current->group_leader, &own);
	children = current->signal->children;
	spin_unlock_irq(&tasklist_lock);
	tms = (struct user_tms){
		NS_TO_TICKS(own.utime), NS_TO_TICKS(own.stime), NS_TO_TICKS(children.utime), NS_TO_TICKS(children.stime),
	};
	if (to && copy_to_user(to, &tms, sizeof(tms)))
		return -EFAULT;
	return NS_TO_TICKS(ktime_get_ns());
}

long sys_prlimit64(pid_t pid, unsigned int resource, const struct rlimit64 __user *unew, struct rlimit64 __user *uold)
{
	struct task *task = pid ? find_get_task_by_pid(pid) : get_task(current);
	struct rlimit64 new, old;
	long ret = -ESRCH;

	if (!task)
		return -ESRCH;
	if (unew && copy_from_user(&new, unew, sizeof(new)))
		ret = -EFAULT;
	else if (!is_kernel_thread(task))
		ret = do_prlimit(task, resource, unew ? &new : NULL, &old);
	put_task(task);
	if (!ret && uold && copy_to_user(uold, &old, sizeof(old)))
		return -EFAULT;
	return ret;
}

long sys_getrlimit(unsigned int resource, struct rlimit64 __user *old)
{
	return sys_prlimit64(0, resource, NULL, old);
}

long sys_setrlimit(unsigned int resource, const struct rlimit64 __user *new)
{
	return sys_prlimit64(0, resource, new, NULL);
}

/* --- the log ------------------------------------------------------------------------------------------------------------ */

enum { SYSLOG_CLOSE, SYSLOG_OPEN, SYSLOG_READ, SYSLOG_READ_ALL, SYSLOG_READ_CLEAR, SYSLOG_CLEAR, SYSLOG_CONSOLE_OFF,
       SYSLOG_CONSOLE_ON, SYSLOG_CONSOLE_LEVEL, SYSLOG_SIZE_UNREAD, SYSLOG_SIZE_BUFFER };

#define DEFAULT_CONSOLE_LEVEL	7
#define LOG_TEXT_MAX	(LOG_LINE_MAX + 64)	/* with level and time in front */

static DEFINE_MUTEX(syslog_mutex);
static struct log_cursor syslog_cursor;		/* (syslog_mutex) how far SYSLOG_READ has come */
static char syslog_text[LOG_TEXT_MAX];		/* (syslog_mutex) */

/* As many whole records as fit. => bytes; -EFAULT. syslog_mutex is held */
static long copy_records(struct log_cursor *cursor, char __user *buf, size_t len)
{
	struct log_cursor before;
	size_t done = 0, n;

	for (;;) {
		before = *cursor;
		n = log_read(cursor, syslog_text, sizeof(syslog_text), LOG_FORMAT_SYSLOG, NULL);
		if (!n)
			return done;
		if (done + n > len) {
			*cursor = before;
			return done;
		}
		if (copy_to_user(buf + done, syslog_text, n))
			return -EFAULT;
		done += n;
	}
}

/* The newest records that fit into len bytes. */
static long read_all(char __user *buf, size_t len)
{
	struct log_cursor cursor;
	size_t total = 0, n;

	log_seek_clear(&cursor);
	while ((n = log_read(&cursor, syslog_text, sizeof(syslog_text), LOG_FORMAT_SYSLOG, NULL)))
		total += n;
	log_seek_clear(&cursor);
	while (total > len) {
		n = log_read(&cursor, syslog_text, sizeof(syslog_text), LOG_FORMAT_SYSLOG, NULL);
		if (!n)
			break;
		total -= n;
	}
	return copy_records(&cursor, buf, len);
}

static long read_next(char __user *buf, size_t len)
{
	long ret;

	for (;;) {
		mutex_lock(&syslog_mutex);
		ret = copy_records(&syslog_cursor, buf, len);
		mutex_unlock(&syslog_mutex);
		if (ret || !len)
			return ret;
		if (signal_pending(current))
			return -ERESTARTSYS;
		schedule_timeout_interruptible(HZ / 10);
	}
}

long sys_syslog(int action, char __user *buf, int len)
{
	long ret = 0;

	if (action >= SYSLOG_READ && action <= SYSLOG_READ_CLEAR && (!buf || len < 0))
		return -EINVAL;
	switch (action) {
	case SYSLOG_CLOSE:
	case SYSLOG_OPEN:
		return 0;
	case SYSLOG_READ:
		return read_next(buf, len);
	case SYSLOG_READ_ALL:
	case SYSLOG_READ_CLEAR:
		mutex_lock(&syslog_mutex);
		ret = read_all(buf, len);
		mutex_unlock(&syslog_mutex);
		if (ret >= 0 && action == SYSLOG_READ_CLEAR)
			log_clear();
		return ret;
	case SYSLOG_CLEAR:
		log_clear();
		return 0;
	case SYSLOG_CONSOLE_OFF:
		console_loglevel = 1;
		return 0;
	case SYSLOG_CONSOLE_ON:
		console_loglevel = DEFAULT_CONSOLE_LEVEL;
		return 0;
	case SYSLOG_CONSOLE_LEVEL:
		if (len < 1 || len > 8)
			return -EINVAL;
		console_loglevel = len;
		return 0;
	case SYSLOG_SIZE_UNREAD:
		return log_unread_bytes(&syslog_cursor);
	case SYSLOG_SIZE_BUFFER:
		return log_size();
	default:
		return -EINVAL;
	}
}

/* --- switching off ------------------------------------------------------------------------------------------------------- */

#define REBOOT_MAGIC1		0xfee1dead
#define REBOOT_RESTART		0x01234567
#define REBOOT_RESTART2		0xa1b2c3d4
#define REBOOT_HALT		0xcdef0123
#define REBOOT_POWER_OFF	0x4321fedc
#define REBOOT_CAD_ON		0x89abcdef
#define REBOOT_CAD_OFF		0x00000000

static bool is_reboot_magic2(u32 magic)
{
	return magic == 672274793 || magic == 85072278 || magic == 369367448 || magic == 537993216;
}

long sys_reboot(u32 magic1, u32 magic2, u32 command)
{
	if (magic1 != REBOOT_MAGIC1 || !is_reboot_magic2(magic2))
		return -EINVAL;
	switch (command) {
	case REBOOT_CAD_ON:
	case REBOOT_CAD_OFF:
		return 0;
	case REBOOT_RESTART:
	case REBOOT_RESTART2:
		pr_emerg("reboot: Restarting system\n");
		serial_flush();
		machine_reset();
	case REBOOT_HALT:
		pr_emerg("reboot: System halted\n");
		serial_flush();
		machine_halt();
	case REBOOT_POWER_OFF:
		pr_emerg("reboot: Power down\n");
		serial_flush();
		acpi_power_off();
		machine_exit(0);
	default:
		return -EINVAL;
	}
}
