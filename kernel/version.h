/* kernel/version.h - what uname(2), /proc/version and the banner say. */
#ifndef KERNEL_VERSION_H
#define KERNEL_VERSION_H

#define UTS_SYSNAME	"Linux"		/* programs test for it; the release names Quire */
#define UTS_NODENAME	"quire"
#define UTS_RELEASE	"6.12.0-quire"	/* the Linux whose interfaces are followed */
#define UTS_VERSION	"#1 SMP"
#define UTS_MACHINE	"x86_64"

#endif
