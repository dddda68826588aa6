/* stat(2), statx(2), statfs(2) on x86-64: asm/stat.h, linux/stat.h, asm-generic/statfs.h, linux/magic.h. */
#pragma once
#include <rr/types.h>

#define S_IFMT 0170000u
#define S_IFSOCK 0140000u
#define S_IFLNK 0120000u
#define S_IFREG 0100000u
#define S_IFBLK 0060000u
#define S_IFDIR 0040000u
#define S_IFCHR 0020000u
#define S_IFIFO 0010000u
#define S_ISUID 04000u
#define S_ISGID 02000u
#define S_ISVTX 01000u
#define S_IXGRP 00010u
#define S_ISREG(mode) (((mode) & S_IFMT) == S_IFREG)
#define S_ISDIR(mode) (((mode) & S_IFMT) == S_IFDIR)
#define S_ISLNK(mode) (((mode) & S_IFMT) == S_IFLNK)
#define S_ISCHR(mode) (((mode) & S_IFMT) == S_IFCHR)
#define S_ISBLK(mode) (((mode) & S_IFMT) == S_IFBLK)
#define S_ISFIFO(mode) (((mode) & S_IFMT) == S_IFIFO)
#define S_ISSOCK(mode) (((mode) & S_IFMT) == S_IFSOCK)

/* Device numbers as stat(2) shows them (the "huge" encoding, whose low 32 bits hold every number used here). */
#define RR_DEVICE(major, minor) (((uint64_t)(major) << 8) | ((minor) & 0xffu) | (((uint64_t)(minor) & ~0xffull) << 12))
#define RR_DEVICE_MAJOR(device) ((uint32_t)((device) >> 8) & 0xfffu)
#define RR_DEVICE_MINOR(device) ((uint32_t)((device) & 0xffu) | ((uint32_t)((device) >> 12) & 0xffffff00u))

struct rr_abi_stat {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, pad;
	uint64_t rdev;
	int64_t size, blksize, blocks;
	uint64_t atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec;
	uint64_t unused[3];
};
_Static_assert(sizeof(struct rr_abi_stat) == 144, "struct stat");

#define STATX_BASIC_STATS 0x7ffu
#define STATX_BTIME 0x800u
#define STATX_MNT_ID 0x1000u
#define STATX_ATTR_MOUNT_ROOT 0x2000u
#define STATX_RESERVED 0x80000000u

struct rr_abi_statx_time {
	int64_t sec;
	uint32_t nsec;
	int32_t pad;
};
struct rr_abi_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t ino, size, blocks, attributes_mask;
	struct rr_abi_statx_time atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mnt_id;
	uint32_t dio_mem_align, dio_offset_align;
	uint64_t spare[12];
};
_Static_assert(sizeof(struct rr_abi_statx) == 256, "struct statx");

struct rr_abi_statfs {
	int64_t type, bsize;
	uint64_t blocks, bfree, bavail, files, ffree;
	int32_t fsid[2];
	int64_t namelen, frsize, flags, spare[4];
};
_Static_assert(sizeof(struct rr_abi_statfs) == 120, "struct statfs");

#define TMPFS_MAGIC 0x01021994
#define PIPEFS_MAGIC 0x50495045
#define PROC_SUPER_MAGIC 0x9fa0

#define UTIME_NOW 0x3fffffffl
#define UTIME_OMIT 0x3ffffffel
