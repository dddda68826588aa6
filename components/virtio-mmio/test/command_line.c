// sources: ../src/command-line.c
// includes: ../src ../../base/include
/* Which words at the end of a command line are devices. */
#include "command-line.h"
#include <assert.h>
#include <string.h>

static unsigned read_all(const char *line, struct mmio_place *places)
{
	unsigned count = 0;
	for (size_t end = strlen(line); mmio_next_place(line, &end, &places[count]);)
		count++;
	return count;
}

int main(void)
{
	struct mmio_place places[16];
	assert(read_all("rr=7,0 virtio_mmio.device=512@0xfeb00000:5 virtio_mmio.device=512@0xfeb00200:6", places) == 2);
	assert(places[0].base == 0xfeb00200 && places[0].size == 512 && places[0].line == 6);
	assert(places[1].base == 0xfeb00000 && places[1].size == 512 && places[1].line == 5);
	assert(read_all("{\"args\":[\"virtio_mmio.device=4K@0xd0000000:5\"]} virtio_mmio.device=4K@0xd0000000:5 ", places) == 1);
	assert(places[0].base == 0xd0000000 && places[0].size == 4096 && places[0].line == 5);
	assert(read_all("virtio_mmio.device=4K@0xd0000000:5:7", places) == 1 && places[0].line == 5);
	/* what stands in front of another word is not the machine's */
	assert(read_all("virtio_mmio.device=4K@0xd0000000:5 {}", places) == 0);
	assert(read_all("", places) == 0);
	assert(read_all("   ", places) == 0);
	assert(read_all("virtio_mmio.device=", places) == 0);
	/* broken ones are passed over */
	assert(read_all("virtio_mmio.device=4K@0xd0000000:5 virtio_mmio.device=@1:2 virtio_mmio.device=0x@1:2 virtio_mmio.device=4K@0xd:x virtio_mmio.device=16@0xd0000000:5 virtio_mmio.device=512@0xd0000000:999", places) == 1);
	return 0;
}
