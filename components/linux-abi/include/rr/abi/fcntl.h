/* open(2), fcntl(2), flock(2), *at(2), rename(2), fallocate(2) on x86-64: asm-generic/fcntl.h, linux/fcntl.h, linux/fs.h. */
#pragma once
#include <rr/types.h>

#define O_RDONLY 0u
#define O_WRONLY 1u
#define O_RDWR 2u
#define O_ACCMODE 3u
#define O_CREAT 0100u
#define O_EXCL 0200u
#define O_NOCTTY 0400u
#define O_TRUNC 01000u
#define O_APPEND 02000u
#define O_NONBLOCK 04000u
#define O_DSYNC 010000u
#define O_ASYNC 020000u
#define O_DIRECT 040000u
#define O_LARGEFILE 0100000u
#define O_DIRECTORY 0200000u
#define O_NOFOLLOW 0400000u
#define O_NOATIME 01000000u
#define O_CLOEXEC 02000000u
#define O_SYNC 04010000u
#define O_PATH 010000000u
#define O_TMPFILE (020000000u | O_DIRECTORY)

#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#define F_SETOWN 8
#define F_GETOWN 9
#define F_SETSIG 10
#define F_GETSIG 11
#define F_SETOWN_EX 15
#define F_GETOWN_EX 16
#define F_OWNER_TID 0
#define F_OWNER_PID 1
#define F_OWNER_PGRP 2
struct rr_abi_owner {
	int32_t type, pid;
};
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#define F_SETLEASE 1024
#define F_GETLEASE 1025
#define F_DUPFD_CLOEXEC 1030
#define F_SETPIPE_SZ 1031
#define F_GETPIPE_SZ 1032
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#define F_SEAL_SEAL 1u
#define F_SEAL_SHRINK 2u
#define F_SEAL_GROW 4u
#define F_SEAL_WRITE 8u
#define F_SEAL_FUTURE_WRITE 16u
#define F_SEAL_EXEC 32u

#define MFD_CLOEXEC 1u
#define MFD_ALLOW_SEALING 2u
#define MFD_NOEXEC_SEAL 8u
#define MFD_EXEC 16u
#define FD_CLOEXEC 1u

/* openat2(2): linux/openat2.h. */
#define RESOLVE_NO_XDEV 1u
#define RESOLVE_NO_MAGICLINKS 2u
#define RESOLVE_NO_SYMLINKS 4u
#define RESOLVE_BENEATH 8u
#define RESOLVE_IN_ROOT 16u
#define RESOLVE_CACHED 32u
struct rr_abi_open_how {
	uint64_t flags, mode, resolve;
};

#define SYNC_FILE_RANGE_WAIT_BEFORE 1u
#define SYNC_FILE_RANGE_WRITE 2u
#define SYNC_FILE_RANGE_WAIT_AFTER 4u

#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2

#define LOCK_SH 1u
#define LOCK_EX 2u
#define LOCK_NB 4u
#define LOCK_UN 8u
#define LOCK_MAND 32u

#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100u
#define AT_EACCESS 0x200u
#define AT_REMOVEDIR 0x200u
#define AT_SYMLINK_FOLLOW 0x400u
#define AT_NO_AUTOMOUNT 0x800u
#define AT_EMPTY_PATH 0x1000u
#define AT_STATX_SYNC_TYPE 0x6000u

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define SEEK_DATA 3
#define SEEK_HOLE 4

#define RENAME_NOREPLACE 1u
#define RENAME_EXCHANGE 2u
#define RENAME_WHITEOUT 4u

#define FALLOC_FL_KEEP_SIZE 1u
#define FALLOC_FL_PUNCH_HOLE 2u
#define FALLOC_FL_COLLAPSE_RANGE 8u
#define FALLOC_FL_ZERO_RANGE 0x10u

#define RWF_HIPRI 1u
#define RWF_DSYNC 2u
#define RWF_SYNC 4u
#define RWF_NOWAIT 8u
#define RWF_APPEND 0x10u

#define CLOSE_RANGE_UNSHARE 2u
#define CLOSE_RANGE_CLOEXEC 4u

#define R_OK 4u
#define W_OK 2u
#define X_OK 1u

#define PATH_MAX 4096
#define NAME_MAX 255
#define IOV_MAX 1024
#define PIPE_BUF 4096

struct rr_abi_flock {
	int16_t type, whence;
	int32_t pad;
	int64_t start, length;
	int32_t pid, pad2;
};
_Static_assert(sizeof(struct rr_abi_flock) == 32, "struct flock");

struct rr_abi_f_owner_ex {
	int32_t type, pid;
};
