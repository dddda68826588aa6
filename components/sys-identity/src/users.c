/* User and group identities: credentials(7). */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/process.h>
#include <rr/uaccess.h>

#define UNCHANGED UINT32_MAX
#define MOST_GROUPS 65536 /* NGROUPS_MAX */

long rr_sys_getuid(void);
long rr_sys_geteuid(void);
long rr_sys_getgid(void);
long rr_sys_getegid(void);
long rr_sys_getresuid(uint64_t real, uint64_t effective, uint64_t saved);
long rr_sys_getresgid(uint64_t real, uint64_t effective, uint64_t saved);
long rr_sys_setuid(uint32_t id);
long rr_sys_setgid(uint32_t id);
long rr_sys_setreuid(uint32_t real, uint32_t effective);
long rr_sys_setregid(uint32_t real, uint32_t effective);
long rr_sys_setresuid(uint32_t real, uint32_t effective, uint32_t saved);
long rr_sys_setresgid(uint32_t real, uint32_t effective, uint32_t saved);
long rr_sys_setfsuid(uint32_t id);
long rr_sys_setfsgid(uint32_t id);
long rr_sys_getgroups(int size, uint64_t list);
long rr_sys_setgroups(int size, uint64_t list);

static struct rr_credentials *mine(void) { return &rr_current_process()->credentials; }

long rr_sys_getuid(void) { return mine()->uid[RR_REAL]; }
long rr_sys_geteuid(void) { return mine()->uid[RR_EFFECTIVE]; }
long rr_sys_getgid(void) { return mine()->gid[RR_REAL]; }
long rr_sys_getegid(void) { return mine()->gid[RR_EFFECTIVE]; }

static long get_three(const uint32_t ids[4], uint64_t real, uint64_t effective, uint64_t saved)
{
	return rr_put_user(ids[RR_REAL], real) || rr_put_user(ids[RR_EFFECTIVE], effective) || rr_put_user(ids[RR_SAVED], saved) ? -EFAULT : 0;
}
long rr_sys_getresuid(uint64_t real, uint64_t effective, uint64_t saved) { return get_three(mine()->uid, real, effective, saved); }
long rr_sys_getresgid(uint64_t real, uint64_t effective, uint64_t saved) { return get_three(mine()->gid, real, effective, saved); }

static bool has(const uint32_t ids[4], uint32_t id) { return id == ids[RR_REAL] || id == ids[RR_EFFECTIVE] || id == ids[RR_SAVED]; }

static bool is_root(const uint32_t uid[4]) { return has(uid, 0); }

/* Who stops being root loses root's capabilities, who acts as root again gets back what is permitted: capabilities(7). */
static void follow_user(struct rr_credentials *credentials, const uint32_t old[4])
{
	const uint32_t *uid = credentials->uid;
	if (is_root(old) && !is_root(uid) && !credentials->keep_capabilities)
		credentials->lost_permitted = credentials->lost_effective = CAP_ALL;
	if (!old[RR_EFFECTIVE] && uid[RR_EFFECTIVE])
		credentials->lost_effective = CAP_ALL;
	if (old[RR_EFFECTIVE] && !uid[RR_EFFECTIVE])
		credentials->lost_effective = credentials->lost_permitted;
}

/* Run `change` on the user's or the group's numbers, and let follow what depends on them. */
typedef long change_ids(uint32_t ids[4], bool privileged, const uint32_t wanted[3]);

static long change_user(change_ids *change, const uint32_t wanted[3])
{
	struct rr_credentials *credentials = mine();
	uint32_t old[4] = { credentials->uid[0], credentials->uid[1], credentials->uid[2], credentials->uid[3] };
	long error = change(credentials->uid, rr_capable(CAP_SETUID), wanted);
	if (error)
		return error;
	credentials->uid[RR_FILE_SYSTEM] = credentials->uid[RR_EFFECTIVE];
	follow_user(credentials, old);
	return 0;
}

static long change_group(change_ids *change, const uint32_t wanted[3])
{
	struct rr_credentials *credentials = mine();
	long error = change(credentials->gid, rr_capable(CAP_SETGID), wanted);
	if (!error)
		credentials->gid[RR_FILE_SYSTEM] = credentials->gid[RR_EFFECTIVE];
	return error;
}

static long set_one(uint32_t ids[4], bool privileged, const uint32_t wanted[3])
{
	uint32_t id = wanted[0];
	if (id == UNCHANGED)
		return -EINVAL;
	if (privileged)
		ids[RR_REAL] = ids[RR_SAVED] = id;
	else if (id != ids[RR_REAL] && id != ids[RR_SAVED])
		return -EPERM;
	ids[RR_EFFECTIVE] = id;
	return 0;
}
long rr_sys_setgid(uint32_t id) { return change_group(set_one, (uint32_t[3]){ id }); }
long rr_sys_setuid(uint32_t id) { return change_user(set_one, (uint32_t[3]){ id }); }

static long set_two(uint32_t ids[4], bool privileged, const uint32_t wanted[3])
{
	uint32_t old_real = ids[RR_REAL], real = wanted[0], effective = wanted[1];
	if (!privileged) {
		if (real != UNCHANGED && real != ids[RR_REAL] && real != ids[RR_EFFECTIVE])
			return -EPERM;
		if (effective != UNCHANGED && !has(ids, effective))
			return -EPERM;
	}
	if (real != UNCHANGED)
		ids[RR_REAL] = real;
	if (effective != UNCHANGED)
		ids[RR_EFFECTIVE] = effective;
	if (real != UNCHANGED || (effective != UNCHANGED && effective != old_real))
		ids[RR_SAVED] = ids[RR_EFFECTIVE];
	return 0;
}
long rr_sys_setreuid(uint32_t real, uint32_t effective) { return change_user(set_two, (uint32_t[3]){ real, effective }); }
long rr_sys_setregid(uint32_t real, uint32_t effective) { return change_group(set_two, (uint32_t[3]){ real, effective }); }

static long set_three(uint32_t ids[4], bool privileged, const uint32_t wanted[3])
{
	for (unsigned i = 0; i < 3; i++)
		if (wanted[i] != UNCHANGED && !privileged && !has(ids, wanted[i]))
			return -EPERM;
	for (unsigned i = 0; i < 3; i++)
		if (wanted[i] != UNCHANGED)
			ids[i] = wanted[i];
	return 0;
}
long rr_sys_setresuid(uint32_t real, uint32_t effective, uint32_t saved)
{
	return change_user(set_three, (uint32_t[3]){ real, effective, saved });
}
long rr_sys_setresgid(uint32_t real, uint32_t effective, uint32_t saved)
{
	return change_group(set_three, (uint32_t[3]){ real, effective, saved });
}

/* These tell the previous value whatever happens. */
static long set_file_system(uint32_t ids[4], bool privileged, uint32_t id)
{
	uint32_t old = ids[RR_FILE_SYSTEM];
	if (id != UNCHANGED && (privileged || has(ids, id)))
		ids[RR_FILE_SYSTEM] = id;
	return old;
}
/* Who is no longer root to the file system loses root's rights to files, until it is again. */
long rr_sys_setfsuid(uint32_t id)
{
	struct rr_credentials *credentials = mine();
	uint32_t old = set_file_system(credentials->uid, rr_capable(CAP_SETUID), id), new = credentials->uid[RR_FILE_SYSTEM];
	if (!old && new)
		credentials->lost_effective |= CAP_FILES;
	if (old && !new)
		credentials->lost_effective &= ~CAP_FILES | credentials->lost_permitted;
	return old;
}
long rr_sys_setfsgid(uint32_t id) { return set_file_system(mine()->gid, rr_capable(CAP_SETGID), id); }

long rr_sys_getgroups(int size, uint64_t list)
{
	const struct rr_groups *groups = mine()->groups;
	int count = groups ? groups->count : 0;
	if (size < 0 || (size && size < count))
		return -EINVAL;
	if (size && count && rr_copy_to_user(list, groups->ids, count * sizeof(groups->ids[0])))
		return -EFAULT;
	return count;
}

/* Shell sort: small, and no worse than it must be for lists a program made up. */
static void sort(uint32_t *ids, int count)
{
	for (int gap = count / 2; gap > 0; gap /= 2)
		for (int i = gap; i < count; i++) {
			uint32_t id = ids[i];
			int at = i;
			for (; at >= gap && ids[at - gap] > id; at -= gap)
				ids[at] = ids[at - gap];
			ids[at] = id;
		}
}

static int read_groups(int count, uint64_t list, struct rr_groups **out)
{
	struct rr_groups *groups = rr_alloc(sizeof(*groups) + count * sizeof(groups->ids[0]));
	if (!groups)
		return -ENOMEM;
	if (rr_copy_from_user(groups->ids, list, count * sizeof(groups->ids[0]))) {
		rr_free(groups);
		return -EFAULT;
	}
	groups->refs = 1;
	groups->count = count;
	sort(groups->ids, count);
	*out = groups;
	return 0;
}

long rr_sys_setgroups(int size, uint64_t list)
{
	struct rr_groups *groups = NULL;
	if (!rr_capable(CAP_SETGID))
		return -EPERM;
	if (size < 0 || size > MOST_GROUPS)
		return -EINVAL;
	int error = size ? read_groups(size, list, &groups) : 0;
	if (error)
		return error;
	rr_groups_put(mine()->groups);
	mine()->groups = groups;
	return 0;
}
