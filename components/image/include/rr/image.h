/* What bake put behind the libOS: docs/interfaces.md, section 5. Read only; addresses are physical. */
#pragma once
#include <rr/types.h>

#define RR_IMAGE_MAGIC 0x474d4952u
#define RR_IMAGE_VERSION 1u
#define RR_IMAGE_MAX_SEGMENTS 8

struct rr_image_segment {
	uint64_t vaddr, filesz, memsz, phys;
	uint32_t flags; /* PF_X 1, PF_W 2, PF_R 4 */
	uint32_t reserved;
};
_Static_assert(sizeof(struct rr_image_segment) == 40, "docs/interfaces.md");

struct rr_image_program {
	char name[64];
	uint64_t entry, phdr_vaddr;
	uint32_t phnum, segment_count;
	uint64_t stubs_vaddr;
	uint32_t stub_count, flags;
	uint64_t file_phys, file_size;
	struct rr_image_segment segments[RR_IMAGE_MAX_SEGMENTS];
	uint64_t reserved[5];
};
_Static_assert(sizeof(struct rr_image_program) == 480, "docs/interfaces.md");

#define RR_IMAGE_DRIVES_CARDS 1u
/* Firmware works in the first MiB: a machine whose memory becomes an image must not have anything there. */
#define RR_IMAGE_LEAVES_LOW_MEMORY 2u

struct rr_image_table {
	uint32_t magic, version;
	uint64_t end;
	uint64_t rootfs, rootfs_size;
	uint64_t defaults, defaults_size;
	uint32_t program_count, checksum; /* the checksum is the launcher's */
	uint32_t devices;                 /* RR_IMAGE_ */
	uint32_t memory;                  /* the launcher's: MiB of the machine this is a checkpoint of; 0: it is none */
	struct rr_image_program programs[];
};
_Static_assert(sizeof(struct rr_image_table) == 64, "docs/interfaces.md");

/* Physical address of the table; bake writes it into the linked libOS. 0: there is none. */
extern uint64_t rr_image_table_address;

/* Which program is started: 0, unless the component rc is there and says otherwise. */
extern uint32_t rr_image_first;

/* The table through the direct map, or NULL when the image has none or it is of another version. */
const struct rr_image_table *rr_image_table(void);
