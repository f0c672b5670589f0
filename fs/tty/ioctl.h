/* fs/tty/ioctl.h - ioctl(2) on a terminal. */
#ifndef FS_TTY_IOCTL_H
#define FS_TTY_IOCTL_H

#include <fs/tty/tty.h>

long tty_ioctl(struct tty *tty, unsigned int cmd, unsigned long arg);

#endif
