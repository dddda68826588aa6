#include <rr/abi/errno.h>
#include <rr/virtio.h>

static struct rr_list drivers = RR_LIST_INIT(drivers), buses = RR_LIST_INIT(buses);

void rr_virtio_add_driver(struct rr_virtio_driver *driver)
{
	rr_list_push_back(&drivers, &driver->node);
	rr_list_for_each(node, &buses)
		rr_list_entry(node, struct rr_virtio_bus, node)->find(driver->id);
}

void rr_virtio_add_bus(struct rr_virtio_bus *bus)
{
	rr_list_push_back(&buses, &bus->node);
	rr_list_for_each(node, &drivers)
		bus->find(rr_list_entry(node, struct rr_virtio_driver, node)->id);
}

void rr_virtio_resume(void);
void rr_virtio_resume(void)
{
	rr_list_for_each(bus, &buses)
		rr_list_for_each(driver, &drivers)
			rr_list_entry(bus, struct rr_virtio_bus, node)->find(rr_list_entry(driver, struct rr_virtio_driver, node)->id);
}

int rr_virtio_found(struct rr_virtio_device *device)
{
	rr_list_for_each(node, &drivers) {
		struct rr_virtio_driver *driver = rr_list_entry(node, struct rr_virtio_driver, node);
		if (driver->id != device->id)
			continue;
		int error = driver->probe(device);
		if (error)
			rr_virtio_stop(device, true);
		return error;
	}
	return -ENODEV;
}
