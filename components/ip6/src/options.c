#include "internal.h"

bool nd_options_good(const uint8_t *at, uint32_t length)
{
	while (length) {
		if (length < 8 || !at[1] || at[1] * 8u > length)
			return false;
		length -= at[1] * 8u;
		at += at[1] * 8u;
	}
	return true;
}

bool nd_option_find(const uint8_t *at, uint32_t length, uint8_t type, const uint8_t *after, struct nd_option *option)
{
	for (; length; length -= at[1] * 8u, at += at[1] * 8u) {
		if (at[0] != type || (after && at <= after))
			continue;
		*option = (struct nd_option){ .type = type, .length = at[1] * 8u, .at = at };
		return true;
	}
	return false;
}
