/* process/group.c - process groups and sessions. See group.h.
 *
 * Linux: kernel/pid.c, kernel/sys.c (setpgid, setsid), kernel/exit.c.
 */
#include <process/group.h>

#include <kernel/debug/assert.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/hash.h>
#include <mm/alloc/slab.h>

#define GROUP_HASH_BITS	6

struct task *init_process;

static struct hlist_head groups[1 << GROUP_HASH_BITS];		/* (t) */

struct pgroup *pgroup_find(pid_t number)
{
	struct pgroup *group;

	assert_spin_locked(&tasklist_lock);
	hlist_for_each_entry(group, &groups[hash_64(number, GROUP_HASH_BITS)], hash)
		if (group->number == number)
			return group;
	return NULL;
}

pid_t get_process_group(const struct task *task)
{
	unsigned long flags;
	pid_t number;

	spin_lock_irqsave(&tasklist_lock, flags);
	number = process_group(task);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return number;
}

pid_t get_process_session(const struct task *task)
{
	unsigned long flags;
	pid_t number;

	spin_lock_irqsave(&tasklist_lock, flags);
	number = process_session(task);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return number;
}

static bool session_exists(pid_t number)
{
	struct pgroup *group;

	for (unsigned int i = 0; i < ARRAY_SIZE(groups); i++)
		hlist_for_each_entry(group, &groups[i], hash)
			if (group->session->number == number)
				return true;
	return false;
}

void number_put(pid_t number)
{
	if (number > 1 && !find_task_by_pid(number) && !pgroup_find(number) && !session_exists(number))
		pid_free(number);
}

static struct pgroup *pgroup_alloc(pid_t number)
{
	struct pgroup *group = kzalloc(sizeof(*group), GFP_KERNEL);

	if (!group)
		return NULL;
	group->number = number;
	INIT_LIST_HEAD(&group->members);
	INIT_HLIST_NODE(&group->hash);
	return group;
}

static void pgroup_link(struct pgroup *group, struct session *session)
{
	group->session = session;
	session->nr_groups++;
	hlist_add_head(&group->hash, &groups[hash_64(group->number, GROUP_HASH_BITS)]);
}

struct pgroup *pgroup_create_first(void)
{
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);
	struct pgroup *group = pgroup_alloc(0);

	if (!session || !group)
		return NULL;
	spin_lock_irq(&tasklist_lock);
	pgroup_link(group, session);
	spin_unlock_irq(&tasklist_lock);
	return group;
}

void pgroup_join(struct signal_state *signal, struct pgroup *group)
{
	ASSERT(!signal->pgroup);
	signal->pgroup = group;
	list_add_tail(&signal->pgroup_member, &group->members);
}

void pgroup_leave(struct signal_state *signal)
{
	struct pgroup *group = signal->pgroup;
	struct session *session = group->session;
	pid_t number = group->number, session_number = session->number;

	signal->pgroup = NULL;
	list_del_init(&signal->pgroup_member);
	if (!list_empty(&group->members))
		return;
	hlist_del_init(&group->hash);
	if (!--session->nr_groups)
		kfree(session);
	kfree(group);
	number_put(number);
	if (session_number != number)
		number_put(session_number);
}

bool pgroup_is_orphaned(const struct pgroup *group, const struct task *leaving)
{
	const struct signal_state *member, *parent;
	const struct task *leader;

	list_for_each_entry(member, &group->members, pgroup_member) {
		leader = member->leader;
		parent = leader->parent->signal;
		if (leader == leaving || (leader->exit_state && thread_group_empty(leader)) || !parent ||
		    leader->parent == init_process || !parent->pgroup)
			continue;
		if (parent->pgroup != group && parent->pgroup->session == group->session)
			return false;
	}
	return true;
}

bool pgroup_has_stopped(const struct pgroup *group)
{
	const struct signal_state *member;

	list_for_each_entry(member, &group->members, pgroup_member)
		if (READ_ONCE(member->flags) & SIGNAL_STOP_STOPPED)
			return true;
	return false;
}

static bool is_session_leader(const struct task *task)
{
	return process_session(task) == task->tgid;
}

/* May the running process move target's process? */
static int may_move(const struct task *target)
{
	const struct task *self = current->group_leader;

	if (!target || is_kernel_thread(target))
		return -ESRCH;
	if (!thread_group_leader(target))
		return -EINVAL;
	if (target->parent == self) {
		if (target->signal->pgroup->session != self->signal->pgroup->session)
			return -EPERM;
		if (target->signal->did_exec)
			return -EACCES;
	} else if (target != self) {
		return -ESRCH;
	}
	return is_session_leader(target) ? -EPERM : 0;
}

/* => fresh: used, and then NULL, when the group does not exist yet */
static int move_to_group(struct task *target, pid_t number, struct pgroup **fresh)
{
	struct session *session = target->signal->pgroup->session;
	struct pgroup *group = pgroup_find(number);

	if (group == target->signal->pgroup)
		return 0;
	if (!group) {
		if (number != target->tgid)
			return -EPERM;
		group = *fresh;
		*fresh = NULL;
		pgroup_link(group, session);
	} else if (group->session != session) {
		return -EPERM;
	}
	pgroup_leave(target->signal);
	pgroup_join(target->signal, group);
	return 0;
}

long do_setpgid(pid_t pid, pid_t number)
{
	struct pgroup *fresh;
	struct task *target;
	int error;

	if (!pid)
		pid = current->tgid;
	if (!number)
		number = pid;
	if (number < 0)
		return -EINVAL;
	fresh = pgroup_alloc(number);
	if (!fresh)
		return -ENOMEM;
	spin_lock_irq(&tasklist_lock);
	target = find_task_by_pid(pid);
	error = may_move(target);
	if (!error)
		error = move_to_group(target, number, &fresh);
	spin_unlock_irq(&tasklist_lock);
	kfree(fresh);
	return error;
}

long do_setsid(void)
{
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);
	pid_t number = current->tgid;
	struct pgroup *group = pgroup_alloc(number);
	long ret = -ENOMEM;

	if (!session || !group)
		goto out;
	session->number = number;
	spin_lock_irq(&tasklist_lock);
	ret = -EPERM;
	if (!is_session_leader(current) && !pgroup_find(number)) {
		pgroup_link(group, session);
		pgroup_leave(current->signal);
		pgroup_join(current->signal, group);
		group = NULL;
		session = NULL;
		ret = number;
	}
	spin_unlock_irq(&tasklist_lock);
out:
	kfree(session);
	kfree(group);
	return ret;
}
