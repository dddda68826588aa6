/* getdents(2), getdents64(2): linux/dirent.h. */
#pragma once
#include <rr/types.h>

#define DT_UNKNOWN 0
/* d_type is the file type of st_mode, shifted. */
#define RR_DT_OF_MODE(mode) ((uint8_t)(((mode) & 0170000u) >> 12))

struct rr_abi_dirent64 {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
} __attribute__((packed));
_Static_assert(offsetof(struct rr_abi_dirent64, name) == 19, "struct linux_dirent64");

/* The older form: d_type is the record's last byte. */
struct rr_abi_dirent {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	char name[];
} __attribute__((packed));
_Static_assert(offsetof(struct rr_abi_dirent, name) == 18, "struct linux_dirent");
