#include <rr/launch-net.h>

#include <rr/platform.h>

#include "word.h"

/* Behind "rr=FLAGS,TIME": what every machine on a user network is told, without the cost of a document. */
bool rr_launch_card(struct rr_launch_card *out)
{
	uint64_t skipped;
	const char *text = word_of(rr_boot_info.command_line);
	*out = (struct rr_launch_card){ 0, 0, 0 };
	if (!text)
		return false;
	text = word_hex(text, &skipped);
	uint64_t *const fields[] = { &skipped, &out->address, &out->bits, &out->gateway };
	for (unsigned i = 0; i < RR_ARRAY_SIZE(fields) && *text == ','; i++)
		text = word_hex(text + 1, fields[i]);
	return out->address && out->address <= UINT32_MAX && out->bits <= 32 && out->gateway <= UINT32_MAX;
}
