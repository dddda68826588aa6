#include <rr/image.h>

/* volatile: the compiler sees a zero, the running image what bake wrote. In .data, so that it is in the file. */
RR_SECTION(".data.rr_image") uint64_t rr_image_table_address = 0;

uint32_t rr_image_first;

#define DIRECT_MAP 0xffff800000000000ul /* rr/page.h, a higher layer */

const struct rr_image_table *rr_image_table(void)
{
	uint64_t address = *(volatile uint64_t *)&rr_image_table_address;
	const struct rr_image_table *table = (const void *)(DIRECT_MAP + address);
	if (!address || table->magic != RR_IMAGE_MAGIC || table->version != RR_IMAGE_VERSION)
		return NULL;
	return table;
}
