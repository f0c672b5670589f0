/* fs/walk.h - a walk along a path that has not ended: for open and rename, which do something
 * special with the last name.
 *
 * Linux: fs/namei.c (struct nameidata).
 */
#ifndef FS_WALK_H
#define FS_WALK_H

#include <fs/vfs.h>

struct walk {
	struct path	path;			/* where we are, referenced */
	struct path	root;			/* what "/" means, and where ".." stops; referenced */
	const char	*name;			/* what is left */
	char		*buffer;		/* the text of name after the first link; freed by walk_end */
	const char	*last;			/* the name that was looked at last */
	size_t		last_len;
	bool		trailing_slash;		/* it was followed by a slash: it must be a directory */
	unsigned int	links;
};

/* => walk_end() when done, if 0 was returned; name stays the caller's and must live as long */
int walk_begin(struct walk *w, int dfd, const char *name);
/* => stop_at_last: the last name is left in w->last, w->path is its directory */
int walk_path(struct walk *w, unsigned int flags, bool stop_at_last);
/* Go on with what a symbolic link names; rest: what comes behind it. => -ELOOP, -ENOENT, ... */
int walk_follow_link(struct walk *w, const struct path *link, const char *rest);
void walk_end(struct walk *w);
/* => false: the last name is "", "." or ".." */
bool last_is_name(const struct walk *w);
/*
 * => parent's rwsem held for writing; a dentry, negative if there is no such name, or ERR_PTR
 *    (-ENOENT: parent was removed)
 */
struct dentry *lookup_last(struct dentry *parent, const char *name, size_t len);

#endif
