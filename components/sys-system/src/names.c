/* uname(2), sethostname(2), setdomainname(2). */
#include <rr/abi/errno.h>
#include <rr/abi/utsname.h>
#include <rr/hostname.h>
#include <rr/process.h>
#include <rr/string.h>
#include <rr/uaccess.h>

/* What programs may expect of the interface: libcs refuse to run on kernels that look too old. */
#define RELEASE "6.1.0-rr"

long rr_sys_uname(uint64_t address);
long rr_sys_sethostname(uint64_t name, int length);
long rr_sys_setdomainname(uint64_t name, int length);

static char domainname[RR_UTS_LENGTH] = "(none)";
_Static_assert(RR_UTS_LENGTH == RR_HOSTNAME_ROOM, "one limit");

long rr_sys_uname(uint64_t address)
{
	struct rr_abi_utsname names = { .sysname = "Linux", .release = RELEASE, .version = "#1", .machine = "x86_64" };
	rr_hostname_get(names.nodename);
	rr_strlcpy(names.domainname, domainname, sizeof(names.domainname));
	return rr_put_user(names, address);
}

static long read_name(char to[RR_UTS_LENGTH], uint64_t name, int length)
{
	if (!rr_capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (length < 0 || length >= RR_UTS_LENGTH)
		return -EINVAL;
	memset(to, 0, RR_UTS_LENGTH);
	return rr_copy_from_user(to, name, length) ? -EFAULT : 0;
}

long rr_sys_sethostname(uint64_t name, int length)
{
	char read[RR_UTS_LENGTH];
	long error = read_name(read, name, length);
	if (!error)
		rr_hostname_set(read, length);
	return error;
}

long rr_sys_setdomainname(uint64_t name, int length)
{
	char read[RR_UTS_LENGTH];
	long error = read_name(read, name, length);
	if (!error)
		memcpy(domainname, read, sizeof(read));
	return error;
}
