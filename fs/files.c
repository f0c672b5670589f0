/* fs/files.c - file descriptors, and where a task stands. See files.h.
 *
 * Linux: fs/file.c.
 */
#include <fs/files.h>
#include <fs/dcache.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>

static unsigned int default_limit(void)
{
	return FILES_DEFAULT_LIMIT;
}
unsigned int (*files_limit_hook)(void) = default_limit;

static void no_signal(int sig __unused)
{
}
void (*raise_signal_hook)(int sig) = no_signal;

/* --- tables ----------------------------------------------------------------------------------- */

static bool alloc_table(struct files *table, unsigned int size)
{
	table->size = size;
	table->fd = kcalloc(size, sizeof(*table->fd), GFP_KERNEL);
	table->used = kzalloc(size / 8, GFP_KERNEL);
	table->close_on_exec = kzalloc(size / 8, GFP_KERNEL);
	return table->fd && table->used && table->close_on_exec;
}

static void free_table(struct files *table)
{
	kfree(table->fd);
	kfree(table->used);
	kfree(table->close_on_exec);
}

/* => both have the same or more room in `to`; copies only the words */
static void copy_table(struct files *to, const struct files *from)
{
	memcpy(to->fd, from->fd, from->size * sizeof(*from->fd));
	memcpy(to->used, from->used, from->size / 8);
	memcpy(to->close_on_exec, from->close_on_exec, from->size / 8);
}

struct files *files_alloc(void)
{
	struct files *files = kzalloc(sizeof(*files), GFP_KERNEL);

	if (!files)
		return NULL;
	atomic_set(&files->count, 1);
	spin_lock_init(&files->lock);
	if (!alloc_table(files, 64)) {
		free_table(files);
		kfree(files);
		return NULL;
	}
	return files;
}

/* => files->lock held; dropped and taken again. 0: at least `size` slots now; -ENOMEM, -EMFILE */
static int grow_table(struct files *files, unsigned int size)
{
	struct files larger = { 0 };
	bool ok;

	size = ALIGN(max(size, files->size * 2), 64);
	spin_unlock(&files->lock);
	ok = alloc_table(&larger, size);
	spin_lock(&files->lock);
	if (ok && files->size < size) {
		copy_table(&larger, files);
		swap(files->fd, larger.fd);
		swap(files->used, larger.used);
		swap(files->close_on_exec, larger.close_on_exec);
		files->size = size;
	}
	spin_unlock(&files->lock);
	free_table(&larger);
	spin_lock(&files->lock);
	return ok ? 0 : -ENOMEM;
}

struct files *files_copy(struct files *old)
{
	struct files *new = files_alloc();

	if (!new)
		return NULL;
	spin_lock(&old->lock);
	while (new->size < old->size) {
		unsigned int size = old->size;

		spin_unlock(&old->lock);
		free_table(new);
		if (!alloc_table(new, size)) {
			free_table(new);
			kfree(new);
			return NULL;
		}
		spin_lock(&old->lock);
	}
	copy_table(new, old);
	new->next_free = old->next_free;
	for (unsigned int fd = 0; fd < old->size; fd++) {
		if (new->fd[fd]) {
			get_file(new->fd[fd]);
		} else if (test_bit(fd, new->used)) {
			clear_bit(fd, new->used);	/* reserved by an open that is still under way */
			new->next_free = min(new->next_free, fd);
		}
	}
	spin_unlock(&old->lock);
	return new;
}

static int close_file(struct file *file)
{
	int error = file->op && file->op->flush ? file->op->flush(file) : 0;

	fput(file);
	return error;
}

void files_put(struct files *files)
{
	if (!refcount_dec_and_test(&files->count, REF_FILES))
		return;
	for (unsigned int fd = 0; fd < files->size; fd++) {
		if (files->fd[fd]) {
			close_file(files->fd[fd]);
			cond_resched();
		}
	}
	free_table(files);
	kfree(files);
}

void files_close_on_exec(struct files *files)
{
	for (unsigned int fd = 0; fd < files->size; fd++)
		if (test_bit(fd, files->close_on_exec))
			close_fd(fd);
}

int files_prepare_exec(struct task *task)
{
	struct files *files = task->files, *own;

	if (atomic_read(&files->count) > 1) {
		own = files_copy(files);
		if (!own)
			return -ENOMEM;
		spin_lock_irq(&tasklist_lock);
		task->files = own;
		spin_unlock_irq(&tasklist_lock);
		files_put(files);
	}
	files_close_on_exec(task->files);
	return 0;
}

/* --- numbers ---------------------------------------------------------------------------------- */

/* lowest free number >= start, reserved */
static int alloc_fd(unsigned int start, unsigned int flags)
{
	struct files *files = current->files;
	unsigned int limit = min(files_limit_hook(), (unsigned int)FILES_HARD_LIMIT), fd;
	int error = 0;

	spin_lock(&files->lock);
	for (;;) {
		fd = find_next_zero_bit(files->used, files->size, max(start, files->next_free));
		if (fd >= limit) {
			error = -EMFILE;
			break;
		}
		if (fd < files->size)
			break;
		error = grow_table(files, fd + 1);
		if (error)
			break;
	}
	if (!error) {
		set_bit(fd, files->used);
		if (flags & O_CLOEXEC)
			set_bit(fd, files->close_on_exec);
		else
			clear_bit(fd, files->close_on_exec);
		if (start <= files->next_free)
			files->next_free = fd + 1;
	}
	spin_unlock(&files->lock);
	return error ? error : (int)fd;
}

int get_unused_fd_flags(unsigned int flags)
{
	return alloc_fd(0, flags);
}

/* => files->lock held */
static void release_fd(struct files *files, unsigned int fd)
{
	clear_bit(fd, files->used);
	clear_bit(fd, files->close_on_exec);
	files->next_free = min(files->next_free, fd);
}

void put_unused_fd(unsigned int fd)
{
	struct files *files = current->files;

	spin_lock(&files->lock);
	release_fd(files, fd);
	spin_unlock(&files->lock);
}

void fd_install(unsigned int fd, struct file *file)
{
	struct files *files = current->files;

	spin_lock(&files->lock);
	files->fd[fd] = file;
	spin_unlock(&files->lock);
}

int close_fd(unsigned int fd)
{
	struct files *files = current->files;
	struct file *file = NULL;

	spin_lock(&files->lock);
	if (fd < files->size && files->fd[fd]) {
		file = files->fd[fd];
		files->fd[fd] = NULL;
		release_fd(files, fd);
	}
	spin_unlock(&files->lock);
	return file ? close_file(file) : -EBADF;
}

struct file *files_lookup(struct files *files, unsigned int fd)
{
	struct file *file;

	spin_lock(&files->lock);
	file = fd < files->size ? files->fd[fd] : NULL;
	if (file)
		get_file(file);
	spin_unlock(&files->lock);
	return file;
}

struct file *fget_raw(unsigned int fd)
{
	return files_lookup(current->files, fd);
}

struct file *fget(unsigned int fd)
{
	struct file *file = fget_raw(fd);

	if (file && file->mode & FMODE_PATH) {
		fput(file);
		file = NULL;
	}
	return file;
}

struct fd fdget_raw(unsigned int fd)
{
	struct files *files = current->files;

	/* Alone with the table, nobody can close the file during this system call; others only look, with a reference. */
	if (atomic_read(&files->count) == 1)
		return (struct fd){ fd < files->size ? files->fd[fd] : NULL, false };
	struct file *file = files_lookup(files, fd);

	return (struct fd){ file, file != NULL };
}

struct fd fdget(unsigned int fd)
{
	struct fd f = fdget_raw(fd);

	if (f.file && f.file->mode & FMODE_PATH) {
		fdput(f);
		return (struct fd){ NULL, false };
	}
	return f;
}

/* --- dup -------------------------------------------------------------------------------------- */

int dup_file_from(struct file *file, unsigned int start, unsigned int flags)
{
	int fd;

	if (start >= files_limit_hook())
		return -EINVAL;
	fd = alloc_fd(start, flags);
	if (fd >= 0)
		fd_install(fd, get_file(file));
	return fd;
}

/* => file's reference is taken over; whatever `new` was, is closed */
static int replace_fd(unsigned int new, struct file *file, unsigned int flags)
{
	struct files *files = current->files;
	struct file *old;
	int error = 0;

	spin_lock(&files->lock);
	if (new >= files->size)
		error = grow_table(files, new + 1);
	if (!error && !files->fd[new] && test_bit(new, files->used))
		error = -EBUSY;			/* another thread is about to open it */
	if (error) {
		spin_unlock(&files->lock);
		fput(file);
		return error;
	}
	old = files->fd[new];
	files->fd[new] = file;
	set_bit(new, files->used);
	if (flags & O_CLOEXEC)
		set_bit(new, files->close_on_exec);
	else
		clear_bit(new, files->close_on_exec);
	spin_unlock(&files->lock);
	if (old)
		close_file(old);
	return new;
}

int dup_file_to(unsigned int old, unsigned int new, unsigned int flags)
{
	struct file *file;

	if (new >= files_limit_hook())
		return -EBADF;
	file = fget_raw(old);
	if (!file)
		return -EBADF;
	return replace_fd(new, file, flags);
}

int get_close_on_exec(unsigned int fd)
{
	struct files *files = current->files;
	int ret = -EBADF;

	spin_lock(&files->lock);
	if (fd < files->size && files->fd[fd])
		ret = test_bit(fd, files->close_on_exec);
	spin_unlock(&files->lock);
	return ret;
}

int set_close_on_exec(unsigned int fd, bool on)
{
	struct files *files = current->files;
	int ret = -EBADF;

	spin_lock(&files->lock);
	if (fd < files->size && files->fd[fd]) {
		if (on)
			set_bit(fd, files->close_on_exec);
		else
			clear_bit(fd, files->close_on_exec);
		ret = 0;
	}
	spin_unlock(&files->lock);
	return ret;
}

struct files *get_task_files(struct task *task)
{
	struct files *files;

	spin_lock_irq(&tasklist_lock);
	files = task->files;
	if (files)
		files_get(files);
	spin_unlock_irq(&tasklist_lock);
	return files;
}
