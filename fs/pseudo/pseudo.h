/* fs/pseudo/pseudo.h - file systems whose files are functions: /proc, /sys, debugfs.
 *
 * A room lists its files in a table: path, mode, a function that prints, one that takes what was written. Directories
 * come from the paths. The tree stands in memory as pinned dentries; /proc adds its processes by lookup.
 * Linux: fs/proc/generic.c, fs/kernfs/.
 */
#ifndef FS_PSEUDO_PSEUDO_H
#define FS_PSEUDO_PSEUDO_H

#include <fs/seq.h>
#include <fs/vfs.h>

struct pseudo_file {
	const char	*path;		/* below the root, "sys/vm/swappiness"; a trailing / makes an empty directory */
	umode_t		mode;		/* permission bits; 0: 0444 */
	seq_show_fn	show;		/* NULL: cannot be read */
	/* text is terminated, without its last newline; 0 or -errno. NULL: cannot be written */
	int (*store)(char *text, void *arg);
	void		*arg;		/* for both */
	const struct file_operations *fop;	/* instead of show and store: binary files, files that wait */
	const char	*link;		/* a symbolic link to this text */
};

#define PSEUDO_STORE_MAX	4096	/* bytes of one write that a store function gets */

/* => called from fill_super: makes the files and all directories on the way; 0 or -ENOMEM */
int pseudo_populate(struct superblock *sb, const struct pseudo_file *files, size_t nr);
/* One more file or directory below dir; => referenced for the caller by nobody: it is pinned. NULL without memory */
struct dentry *pseudo_add(struct dentry *dir, const char *name, size_t len, const struct pseudo_file *file);
/* sb with an empty root directory; root_op NULL: nothing but the dentries */
int pseudo_fill_root(struct superblock *sb, u64 magic, const struct inode_operations *root_op,
		     const struct file_operations *root_fop);

/* An inode for a generated file outside of a table (processes): private is the seq source */
struct pseudo_source {
	seq_show_fn	show;
	int (*store)(char *text, void *arg);
	void		*arg;
};
extern const struct file_operations pseudo_file_operations;	/* inode->private is a struct pseudo_source */
extern const struct super_operations pseudo_super_operations;	/* frees inode->private of files made by pseudo_add */

/* Common shapes of knobs. arg points to the variable. */
int pseudo_show_uint(struct seq *m, void *arg);
int pseudo_show_ulong(struct seq *m, void *arg);
int pseudo_show_bool(struct seq *m, void *arg);
int pseudo_store_uint(char *text, void *arg);
int pseudo_store_bool(char *text, void *arg);

#endif
