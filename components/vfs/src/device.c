/* Devices by number. */
#include "internal.h"

static struct rr_list devices = RR_LIST_INIT(devices);

void rr_device_add(struct rr_device *device) { rr_list_push_back(&devices, &device->link); }

int rr_device_open(struct rr_inode *inode, uint32_t flags, struct rr_file **out)
{
	if (S_ISCHR(inode->mode))
		rr_list_for_each(node, &devices) {
			struct rr_device *device = rr_container_of(node, struct rr_device, link);
			if (device->rdev == inode->rdev)
				return device->open(inode, flags, out);
		}
	rr_inode_put(inode);
	return -ENXIO;
}
