/* errno by name, for what the tests print. */
#pragma once
#include <errno.h>

static inline const char *errno_name(int error)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ 0, "0" }, { E2BIG, "E2BIG" }, { EACCES, "EACCES" }, { EAGAIN, "EAGAIN" }, { EBADF, "EBADF" }, { EBUSY, "EBUSY" }, { ECHILD, "ECHILD" },
		{ EDEADLK, "EDEADLK" }, { EDOM, "EDOM" }, { EEXIST, "EEXIST" }, { EFAULT, "EFAULT" }, { EFBIG, "EFBIG" }, { EINTR, "EINTR" },
		{ EINVAL, "EINVAL" }, { EIO, "EIO" }, { EISDIR, "EISDIR" }, { ELOOP, "ELOOP" }, { EMFILE, "EMFILE" }, { EMLINK, "EMLINK" },
		{ ENAMETOOLONG, "ENAMETOOLONG" }, { ENFILE, "ENFILE" }, { ENODATA, "ENODATA" }, { ENODEV, "ENODEV" }, { ENOENT, "ENOENT" },
		{ ENOEXEC, "ENOEXEC" }, { ENOLCK, "ENOLCK" }, { ENOMSG, "ENOMSG" }, { ENOMEM, "ENOMEM" }, { ENOSPC, "ENOSPC" }, { ENOSYS, "ENOSYS" }, { ENOTBLK, "ENOTBLK" },
		{ ENOTDIR, "ENOTDIR" }, { ENOTEMPTY, "ENOTEMPTY" }, { ENOTSOCK, "ENOTSOCK" }, { ENOTTY, "ENOTTY" }, { ENXIO, "ENXIO" },
		{ EOPNOTSUPP, "EOPNOTSUPP" }, { EOVERFLOW, "EOVERFLOW" }, { EOWNERDEAD, "EOWNERDEAD" }, { EPERM, "EPERM" }, { EPIPE, "EPIPE" },
		{ ERANGE, "ERANGE" }, { EROFS, "EROFS" }, { ESPIPE, "ESPIPE" }, { ESRCH, "ESRCH" }, { ESTALE, "ESTALE" }, { ETIMEDOUT, "ETIMEDOUT" },
		{ ETXTBSY, "ETXTBSY" }, { EXDEV, "EXDEV" },
		/* Of sockets. */
		{ EADDRINUSE, "EADDRINUSE" }, { EADDRNOTAVAIL, "EADDRNOTAVAIL" }, { EAFNOSUPPORT, "EAFNOSUPPORT" }, { EALREADY, "EALREADY" },
		{ EBADMSG, "EBADMSG" }, { ECONNABORTED, "ECONNABORTED" }, { ECONNREFUSED, "ECONNREFUSED" }, { ECONNRESET, "ECONNRESET" },
		{ EDESTADDRREQ, "EDESTADDRREQ" }, { EHOSTUNREACH, "EHOSTUNREACH" }, { EIDRM, "EIDRM" }, { EINPROGRESS, "EINPROGRESS" },
		{ EISCONN, "EISCONN" }, { EMSGSIZE, "EMSGSIZE" }, { ENETUNREACH, "ENETUNREACH" }, { ENOBUFS, "ENOBUFS" },
		{ ENOPROTOOPT, "ENOPROTOOPT" }, { ENOTCONN, "ENOTCONN" }, { EPFNOSUPPORT, "EPFNOSUPPORT" }, { EPROTO, "EPROTO" },
		{ EPROTONOSUPPORT, "EPROTONOSUPPORT" }, { EPROTOTYPE, "EPROTOTYPE" }, { ESHUTDOWN, "ESHUTDOWN" }, { ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT" },
		{ ETOOMANYREFS, "ETOOMANYREFS" },
	};
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == error)
			return names[i].name;
	return "another error";
}
