/* Negotiation and set-up: VIRTIO 1.2, 3.1. */
#include <rr/abi/errno.h>
#include <rr/print.h>
#include <rr/virtio.h>

#define READ_TRIES 16u

static void add_status(struct rr_virtio_device *device, uint8_t bits)
{
	device->transport->set_status(device, device->transport->status(device) | bits);
}

int rr_virtio_begin(struct rr_virtio_device *device, uint64_t wanted, uint64_t required)
{
	const struct rr_virtio_transport *transport = device->transport;
	device->failed = false;
	if (!transport->reset(device))
		return -ENODEV;
	add_status(device, RR_VIRTIO_ACKNOWLEDGE);
	add_status(device, RR_VIRTIO_DRIVER);
	uint64_t offered = transport->features(device);
	if (!device->legacy) {
		wanted |= RR_VIRTIO_F_VERSION_1;
		required |= RR_VIRTIO_F_VERSION_1;
	}
	device->features = offered & wanted;
	if (required & ~device->features)
		return -ENODEV;
	transport->accept(device, device->features);
	if (device->legacy)
		return 0;
	add_status(device, RR_VIRTIO_FEATURES_OK);
	return transport->status(device) & RR_VIRTIO_FEATURES_OK ? 0 : -ENODEV;
}

int rr_virtio_setup_queue(struct rr_virtio_device *device, unsigned index, unsigned most, struct rr_virtqueue *queue)
{
	if (index >= RR_VIRTIO_QUEUES)
		return -ENOENT;
	unsigned size = device->transport->queue_size(device, index);
	if (!size)
		return -ENOENT;
	if (!device->legacy) { /* a legacy device has the last word: we cannot ask for less */
		while (size > most || size & (size - 1))
			size = size > most ? most : size & (size - 1);
	}
	queue->device = device;
	queue->index = (uint16_t)index;
	queue->event_index = rr_virtio_has(device, RR_VIRTIO_F_EVENT_IDX);
	queue->indirect = rr_virtio_has(device, RR_VIRTIO_F_INDIRECT_DESC);
	int error = rr_virtqueue_create(queue, size, device->legacy);
	if (error)
		return error;
	device->queues[index] = queue;
	error = device->transport->enable_queue(device, queue);
	if (error) {
		device->queues[index] = NULL;
		rr_virtqueue_destroy(queue);
	}
	return error;
}

void rr_virtio_ready(struct rr_virtio_device *device) { add_status(device, RR_VIRTIO_DRIVER_OK); }

void rr_virtio_stop(struct rr_virtio_device *device, bool failed)
{
	device->transport->reset(device);
	device->failed = failed;
	if (failed)
		add_status(device, RR_VIRTIO_FAILED);
	for (unsigned i = 0; i < RR_VIRTIO_QUEUES; i++)
		device->queues[i] = NULL;
}

void rr_virtio_read(struct rr_virtio_device *device, unsigned offset, void *to, unsigned length)
{
	const struct rr_virtio_transport *transport = device->transport;
	for (unsigned i = 0; i < READ_TRIES; i++) {
		uint32_t before = transport->generation(device);
		transport->read(device, offset, to, length);
		if (transport->generation(device) == before)
			return;
	}
}

void rr_virtio_queues_interrupt(struct rr_virtio_device *device)
{
	for (unsigned i = 0; i < RR_VIRTIO_QUEUES; i++) {
		struct rr_virtqueue *queue = device->queues[i];
		if (queue && queue->callback && !queue->quiet)
			queue->callback(queue);
	}
}
