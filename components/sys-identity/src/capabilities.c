/* capget(2), capset(2). */
#include <rr/abi/errno.h>
#include <rr/process.h>
#include <rr/uaccess.h>

#define VERSION_1 0x19980330u
#define VERSION_2 0x20071026u
#define VERSION_3 0x20080522u

struct header {
	uint32_t version;
	int32_t pid;
};
struct data {
	uint32_t effective, permitted, inheritable;
};
struct sets {
	uint64_t effective, permitted, inheritable;
};

long rr_sys_capget(uint64_t header_address, uint64_t data_address);
long rr_sys_capset(uint64_t header_address, uint64_t data_address);

/* Words of a version's sets, or -EINVAL after telling the program which version is preferred. */
static long read_header(uint64_t address, struct header *header)
{
	if (rr_get_user(*header, address))
		return -EFAULT;
	if (header->version == VERSION_1)
		return 1;
	if (header->version == VERSION_2 || header->version == VERSION_3)
		return 2;
	uint32_t preferred = VERSION_3;
	return rr_put_user(preferred, address) ? -EFAULT : -EINVAL;
}

long rr_sys_capget(uint64_t header_address, uint64_t data_address)
{
	struct header header;
	long words = read_header(header_address, &header);
	if (words < 0)
		return words == -EINVAL && !data_address ? 0 : words;
	if (header.pid < 0)
		return -EINVAL;
	const struct rr_process *process = header.pid ? rr_process_find(header.pid) : rr_current_process();
	if (!process)
		return -ESRCH;
	const struct rr_credentials *credentials = &process->credentials;
	struct sets sets = { CAP_ALL & ~credentials->lost_effective, CAP_ALL & ~credentials->lost_permitted, credentials->inheritable };
	struct data data[2] = { { sets.effective, sets.permitted, sets.inheritable }, { sets.effective >> 32, sets.permitted >> 32, sets.inheritable >> 32 } };
	return rr_copy_to_user(data_address, data, words * sizeof(data[0]));
}

/* What capset(2) allows: nothing that was not permitted before. */
static bool may_have(const struct rr_credentials *old, const struct sets *new)
{
	uint64_t permitted = CAP_ALL & ~old->lost_permitted;
	if (new->inheritable & ~(old->inheritable | permitted) && !rr_capable(CAP_SETPCAP))
		return false;
	return !(new->permitted & ~permitted) && !(new->effective & ~new->permitted);
}

long rr_sys_capset(uint64_t header_address, uint64_t data_address)
{
	struct header header;
	struct data data[2] = { { 0 } };
	struct rr_credentials *credentials = &rr_current_process()->credentials;
	long words = read_header(header_address, &header);
	if (words < 0)
		return words;
	if (header.pid && header.pid != rr_current_process()->pid)
		return -EPERM;
	if (rr_copy_from_user(data, data_address, words * sizeof(data[0])))
		return -EFAULT;
	struct sets sets = {
		.effective = CAP_ALL & (data[0].effective | (uint64_t)data[1].effective << 32),
		.permitted = CAP_ALL & (data[0].permitted | (uint64_t)data[1].permitted << 32),
		.inheritable = CAP_ALL & (data[0].inheritable | (uint64_t)data[1].inheritable << 32),
	};
	if (!may_have(credentials, &sets))
		return -EPERM;
	credentials->lost_effective = CAP_ALL & ~sets.effective;
	credentials->lost_permitted = CAP_ALL & ~sets.permitted;
	credentials->inheritable = sets.inheritable;
	return 0;
}
