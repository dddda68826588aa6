/*
 * Virtio devices, whatever bus they are on: VIRTIO 1.2, chapters 2 and 3. Buses (virtio-mmio, virtio-pci) and drivers register here in any order; nothing is
 * looked for before both a bus and a driver are there, so an image without drivers probes nothing. Thread context.
 */
#pragma once
#include <rr/list.h>
#include <rr/types.h>
#include <rr/virtqueue.h>

#define RR_VIRTIO_ID_NET 1u

#define RR_VIRTIO_QUEUES 8u /* of a device, at most */

/* 2.1 */
#define RR_VIRTIO_ACKNOWLEDGE 1u
#define RR_VIRTIO_DRIVER 2u
#define RR_VIRTIO_DRIVER_OK 4u
#define RR_VIRTIO_FEATURES_OK 8u
#define RR_VIRTIO_NEEDS_RESET 64u
#define RR_VIRTIO_FAILED 128u

/* Chapter 6 */
#define RR_VIRTIO_F_ANY_LAYOUT (1ul << 27)
#define RR_VIRTIO_F_INDIRECT_DESC (1ul << 28)
#define RR_VIRTIO_F_EVENT_IDX (1ul << 29)
#define RR_VIRTIO_F_VERSION_1 (1ul << 32)
#define RR_VIRTIO_F_ACCESS_PLATFORM (1ul << 33)

struct rr_virtio_transport {
	uint64_t (*features)(struct rr_virtio_device *device);
	void (*accept)(struct rr_virtio_device *device, uint64_t features);
	uint8_t (*status)(struct rr_virtio_device *device);
	void (*set_status)(struct rr_virtio_device *device, uint8_t status);
	/* Bounded; false: the device does not come back. */
	bool (*reset)(struct rr_virtio_device *device);
	/* Device configuration, byte by byte in one go (2.5). */
	void (*read)(struct rr_virtio_device *device, unsigned offset, void *to, unsigned length);
	void (*write)(struct rr_virtio_device *device, unsigned offset, const void *from, unsigned length);
	uint32_t (*generation)(struct rr_virtio_device *device);
	/* Entries queue `index` may have, 0: there is none. */
	unsigned (*queue_size)(struct rr_virtio_device *device, unsigned index);
	/* Tell the device where the queue is, and connect its interrupt. 0 or -errno. */
	int (*enable_queue)(struct rr_virtio_device *device, struct rr_virtqueue *queue);
	void (*notify)(struct rr_virtqueue *queue);
};

struct rr_virtio_device {
	const struct rr_virtio_transport *transport;
	uint32_t id;
	bool legacy;         /* the device knows only what was before VIRTIO 1.0 */
	bool failed;         /* misbehaved; it was reset and stays so */
	uint64_t features;   /* as negotiated */
	struct rr_virtqueue *queues[RR_VIRTIO_QUEUES];
	/* Interrupt context; NULL: nobody. */
	void (*config_changed)(struct rr_virtio_device *device);
	void *driver;
};

struct rr_virtio_driver {
	uint32_t id;
	/* A device of this kind: 0, or -errno when it is not taken (it is reset then). */
	int (*probe)(struct rr_virtio_device *device);
	struct rr_list node;
};
struct rr_virtio_bus {
	/* Look for devices with this id and give each to rr_virtio_found(). Called once for each driver. */
	void (*find)(uint32_t id);
	struct rr_list node;
};
void rr_virtio_add_driver(struct rr_virtio_driver *driver);
void rr_virtio_add_bus(struct rr_virtio_bus *bus);
/* From `find`: 0 when a driver has taken the device, which stays then. */
int rr_virtio_found(struct rr_virtio_device *device);

/*
 * Reset the device and agree on features: those of `wanted` it has, VERSION_1 with them unless it is a legacy device. -ENODEV: it does not come back
 * from reset or insists on something else (`required` are missing). 3.1.1, steps 1 to 6.
 */
int rr_virtio_begin(struct rr_virtio_device *device, uint64_t wanted, uint64_t required);
static inline bool rr_virtio_has(const struct rr_virtio_device *device, uint64_t feature) { return device->features & feature; }
/* Make queue `index`, with at most `most` entries. 0, -ENOENT (the device has none), -ENOMEM, or what the transport says. */
int rr_virtio_setup_queue(struct rr_virtio_device *device, unsigned index, unsigned most, struct rr_virtqueue *queue);
/* Step 8: the device lives. */
void rr_virtio_ready(struct rr_virtio_device *device);
/* Reset the device, and mark it failed if `failed`. Its queues' memory is the driver's again. */
void rr_virtio_stop(struct rr_virtio_device *device, bool failed);
/* Configuration fields that belong together (2.5.3): read until no change came between; bounded. */
void rr_virtio_read(struct rr_virtio_device *device, unsigned offset, void *to, unsigned length);
/* For transports: the device has interrupted because of its queues / its configuration. Interrupt context. */
void rr_virtio_queues_interrupt(struct rr_virtio_device *device);
static inline void rr_virtio_config_interrupt(struct rr_virtio_device *device)
{
	if (device->config_changed)
		device->config_changed(device);
}
