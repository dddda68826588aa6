/* getrlimit(2), setrlimit(2), prlimit(2). */
#include <rr/abi/errno.h>
#include <rr/abi/resource.h>
#include <rr/process.h>
#include <rr/uaccess.h>

/* The most descriptors RLIMIT_NOFILE can be set to, as Linux's fs.nr_open. */
#define MOST_DESCRIPTORS 1048576u

long rr_sys_getrlimit(unsigned resource, uint64_t out);
long rr_sys_setrlimit(unsigned resource, uint64_t in);
long rr_sys_prlimit64(int pid, unsigned resource, uint64_t in, uint64_t out);

static long set(struct rr_process *process, unsigned resource, const struct rr_abi_rlimit *limit)
{
	uint64_t *current = process->limits[resource];
	if (limit->soft > limit->hard)
		return -EINVAL;
	if (resource == RLIMIT_NOFILE && limit->hard > MOST_DESCRIPTORS)
		return -EPERM;
	if (limit->hard > current[1] && !rr_capable(CAP_SYS_RESOURCE))
		return -EPERM;
	current[0] = limit->soft;
	current[1] = limit->hard;
	return 0;
}

static long change(struct rr_process *process, unsigned resource, uint64_t in, uint64_t out)
{
	struct rr_abi_rlimit new, old;
	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (in && rr_get_user(new, in))
		return -EFAULT;
	if (!process)
		return -ESRCH;
	old = (struct rr_abi_rlimit){ process->limits[resource][0], process->limits[resource][1] };
	long error = in ? set(process, resource, &new) : 0;
	return error || !out ? error : rr_put_user(old, out);
}

long rr_sys_prlimit64(int pid, unsigned resource, uint64_t in, uint64_t out)
{
	return change(pid ? rr_process_find(pid) : rr_current_process(), resource, in, out);
}

/* These have to have an address; prlimit doesn't. */
long rr_sys_getrlimit(unsigned resource, uint64_t out)
{
	long error = change(rr_current_process(), resource, 0, out);
	return error || out ? error : -EFAULT;
}

long rr_sys_setrlimit(unsigned resource, uint64_t in)
{
	return in || resource >= RLIM_NLIMITS ? change(rr_current_process(), resource, in, 0) : -EFAULT;
}
