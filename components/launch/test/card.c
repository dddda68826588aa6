// sources: ../src/card.c ../src/launch.c ../src/document.c ../src/json.c support/machine.c ../../base/src/print.c
// includes: ../../base/include ../include ../../memory/include ../../image/include ../../platform/include ../../time/include
/* The launcher's word: flags, time, and the first card's address. */
#include "support/machine.h"
#include <assert.h>
#include <rr/clock.h>
#include <rr/launch-net.h>
#include <stdio.h>
#include <string.h>

void rr_launch_init(void);
void rr_clock_set_boot_realtime(uint64_t at_boot) { (void)at_boot; }

static struct rr_launch_card card;

static bool read(const char *line)
{
	machine_reset();
	rr_launch.time = 0;
	rr_boot_info.command_line = line;
	rr_launch_init();
	return rr_launch_card(&card);
}

int main(void)
{
	assert(read("rr=8,ff,a00020f,18,a000202") && rr_launch.tty == 8 && rr_launch.time == 0xff);
	assert(card.address == 0x0a00020f && card.bits == 24 && card.gateway == 0x0a000202);
	assert(read("rr=0,ff,c0a8ff01,20 {\"dns\":[\"10.0.2.3\"]}") && card.address == 0xc0a8ff01 && card.bits == 32 && !card.gateway);
	assert(read("rr=0,1,a00020f,0 virtio_mmio.device=512@0xfeb00e00:12") && !card.bits && !card.gateway);
	/* no word, no address, and what is none */
	assert(!read("") && !read("{\"net\":{}}") && !read("rr=") && !read("rr=0") && !read("rr=0,ff") && !read("rr=0,ff,") && !read("rr=0,ff,0,18"));
	assert(!read("rr=0,ff,a00020f,21") && !read("rr=0,ff,1a00020f0,18") && !read("rr=0,ff,a00020f,18,1a0002020") && !read("rr=0,ff,zz,18"));
	puts("ok");
	return 0;
}
