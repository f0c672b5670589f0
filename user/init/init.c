/* user/init/init.c - the first program: makes a system of the kernel, runs one thing, switches off.
 *
 * It is an ordinary static program, and runs on Linux as on Quire. The host says what it wants in
 * /etc/quire (tools/quirelib/image.py): a command, swap devices, modules, environment.
 *
 * A command's output is put between two lines on the console, which tools/quire looks for:
 *	\1quire-begin
 *	\1quire-exit STATUS
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define CONFIG "/etc/quire/"

/* Reads a whole small file. => NULL if it isn't there; the text ends with a NUL */
static char *read_file(const char *path)
{
	size_t size = 0, room = 4096;
	char *text = malloc(room);
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || !text)
		return NULL;
	while ((n = read(fd, text + size, room - size - 1)) > 0) {
		size += n;
		if (room - size < 2048)
			text = realloc(text, room *= 2);
	}
	close(fd);
	text[size] = 0;
	return text;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

/* Calls act for each line of a file of ours; a file that isn't there has no lines. */
static void for_each_line(const char *path, void (*act)(char *line))
{
	char *text = read_file(path), *line, *rest = text;

	while (text && (line = strsep(&rest, "\n")))
		if (*line)
			act(line);
	free(text);
}

static void mount_all(void)
{
	static const struct {
		const char *type, *where;
	} mounts[] = {
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "devtmpfs", "/dev" },
		{ "tmpfs", "/dev/shm" },
		{ "debugfs", "/sys/kernel/debug" },
		{ "tracefs", "/sys/kernel/tracing" },
	};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].where, 0755);
		mount(mounts[i].type, mounts[i].where, mounts[i].type, 0, NULL);
	}
	chmod("/tmp", 01777);
	chmod("/dev/shm", 01777);
}

static void load_module(char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
		fprintf(stderr, "init: %s: %s\n", path, strerror(errno));
	close(fd);
}

/* Linux finds its disks after the driver is loaded, a moment later. */
static void swap_on(char *device)
{
	char knob[128];

	for (int tries = 0; access(device, F_OK) && tries < 200; tries++)
		usleep(10000);
	/* Linux takes a virtio disk for a spinning one, and reads ahead by disk position. */
	snprintf(knob, sizeof(knob), "/sys/block/%s/queue/rotational", strrchr(device, '/') + 1);
	write_file(knob, "0");
	if (swapon(device, 0))
		fprintf(stderr, "init: swapon %s: %s\n", device, strerror(errno));
}

/* Linux forgets the boot option when it has less than 512 MB; the knob still works. */
static void keep_thp_option(void)
{
	static const char option[] = "transparent_hugepage=";
	char *line = read_file("/proc/cmdline"), *value = line ? strstr(line, option) : NULL;

	if (value) {
		value += strlen(option);
		value[strcspn(value, " \n")] = 0;
		write_file("/sys/kernel/mm/transparent_hugepage/enabled", value);
	}
	free(line);
}

static void set_variable(char *line)
{
	char *value = strchr(line, '=');

	if (value) {
		*value++ = 0;
		setenv(line, value, 1);
	}
}

static void environment(void)
{
	clearenv();
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 1);
	for_each_line(CONFIG "env", set_variable);
}

/* A serial line doesn't know the size of the terminal at its other end. */
static void window_size(void)
{
	const char *lines = getenv("LINES"), *columns = getenv("COLUMNS");
	struct winsize size = { 0 };

	if (lines && columns) {
		size.ws_row = atoi(lines);
		size.ws_col = atoi(columns);
		ioctl(0, TIOCSWINSZ, &size);
	}
	unsetenv("LINES");
	unsetenv("COLUMNS");
}

static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	if (fd < 0)
		return;
	for (int i = 0; i < 3; i++)
		if (fd != i)
			dup2(fd, i);
	if (fd > 2)
		close(fd);
}

/* => in a child: a new session with the console as its terminal */
static void take_terminal(void)
{
	setsid();
	ioctl(0, TIOCSCTTY, 1);
}

static void be_shell(void)
{
	char *motd = read_file("/etc/motd");

	if (motd)
		fputs(motd, stdout);
	fflush(stdout);
	take_terminal();
	chdir("/root");
	execl("/bin/sh", "-sh", (char *)NULL);
	perror("init: /bin/sh");
	_exit(127);
}

/* Reaps everybody's orphans until our own child is gone. => its status as a shell would say it */
static int wait_for(pid_t child)
{
	int status = 0;
	pid_t pid;

	while ((pid = wait(&status)) != child)
		if (pid < 0 && errno != EINTR)
			return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * The terminal's session is led by a process of its own, which waits for the last byte to be sent: when a leader ends,
 * its terminal is hung up, and what was not sent yet is lost.
 */
static void be_command(const char *command)
{
	int null, status;
	pid_t child;

	take_terminal();
	child = fork();
	if (child) {
		status = child < 0 ? 127 : wait_for(child);
		tcdrain(1);
		_exit(status);
	}
	null = open("/dev/null", O_RDONLY);
	dup2(null, 0);
	close(null);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	perror("init: /bin/sh");
	_exit(127);
}

/* The command's bytes reach the host as they are: no carriage returns. */
static void raw_output(void)
{
	struct termios t;

	if (!tcgetattr(1, &t)) {
		t.c_oflag &= ~OPOST;
		tcsetattr(1, TCSANOW, &t);
	}
}

static pid_t start(const char *command)
{
	pid_t child = fork();

	if (child < 0)
		perror("init: fork");
	if (child)
		return child;
	if (command)
		be_command(command);
	be_shell();
	return 0;
}

int main(void)
{
	char *command;
	int status;

	mount_all();
	open_console();
	sethostname("quire", 5);
	for_each_line(CONFIG "modules", load_module);
	for_each_line(CONFIG "swap", swap_on);
	keep_thp_option();
	environment();
	window_size();
	command = read_file(CONFIG "command");
	if (command) {
		raw_output();
		printf("\001quire-begin\n");
		fflush(stdout);
	}
	status = wait_for(start(command));
	if (command) {
		printf("\001quire-exit %d\n", status);
		fflush(stdout);
		tcdrain(1);
	}
	sync();
	reboot(RB_POWER_OFF);
	/* Only a kernel that can't switch off comes here; the end of init is a panic. */
	for (;;)
		pause();
}
