// sources: ../src/address-text.c
// includes: ../src ../../ip/include ../../base/include ../../netdev/include ../../platform/include
/* Addresses and masks as text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "address-text.h"

#define CHECK(condition) do { if (!(condition)) { fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); exit(1); } } while (0)

static void v6(const char *text, const char *expected)
{
	struct rr_ip ip;
	char *copy = strdup(text), shown[40];
	bool good = parse_v6(copy, &ip);
	free(copy);
	if (!expected) {
		if (good)
			fprintf(stderr, "\"%s\" is taken\n", text);
		CHECK(!good);
		return;
	}
	CHECK(good);
	for (unsigned i = 0; i < 8; i++)
		sprintf(shown + 5 * i, "%04x%s", rr_net_get16(ip.bytes + 2 * i), i < 7 ? ":" : "");
	if (strcmp(shown, expected))
		fprintf(stderr, "\"%s\" is %s, not %s\n", text, shown, expected);
	CHECK(!strcmp(shown, expected));
}

int main(void)
{
	v6("::", "0000:0000:0000:0000:0000:0000:0000:0000");
	v6("::1", "0000:0000:0000:0000:0000:0000:0000:0001");
	v6("1::", "0001:0000:0000:0000:0000:0000:0000:0000");
	v6("fe80::5054:ff:fe12:3456", "fe80:0000:0000:0000:5054:00ff:fe12:3456");
	v6("2001:DB8:0:1:2:3:4:5", "2001:0db8:0000:0001:0002:0003:0004:0005");
	v6("1:2:3:4:5:6:7::", "0001:0002:0003:0004:0005:0006:0007:0000");
	v6("::2:3:4:5:6:7:8", "0000:0002:0003:0004:0005:0006:0007:0008");
	v6("::ffff:192.0.2.1", "0000:0000:0000:0000:0000:ffff:c000:0201");
	v6("64:ff9b::192.0.2.33", "0064:ff9b:0000:0000:0000:0000:c000:0221");
	v6("1:2:3:4:5:6:1.2.3.4", "0001:0002:0003:0004:0005:0006:0102:0304");
	static const char *const bad[] = { "", ":", ":::", "1", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7:8::", "::1:", ":1::", "1:2:3:4:5:6:7:1.2.3.4",
		"::1.2.3", "::1.2.3.256", "::1.2.3.4.5", "fe80::1%1", " ::1", "::1 ", "1.2.3.4", "::1.2.3.4:1", "1:2:3:4::5:6:7:8" };
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		v6(bad[i], NULL);
	struct rr_ip ip;
	CHECK(parse_v4("10.0.2.15", &ip) && rr_ip_is_v4(&ip) && ip.bytes[12] == 10 && ip.bytes[15] == 15);
	CHECK(!parse_v4("10.0.2", &ip) && !parse_v4("10.0.2.256", &ip) && !parse_v4("10.0.2.1.", &ip) && !parse_v4("", &ip) && !parse_v4("a.b.c.d", &ip));
	CHECK(parse_mask("24") == 24 && parse_mask("255.255.255.0") == 24 && parse_mask("0.0.0.0") == 0 && parse_mask("255.255.255.255") == 32 && parse_mask("0") == 0);
	CHECK(parse_mask("33") == -1 && parse_mask("255.0.255.0") == -1 && parse_mask("") == -1 && parse_mask("24x") == -1);
	CHECK(parse_bits("64", 128) == 64 && parse_bits("129", 128) == -1 && parse_bits("128", 128) == 128);
	srand(1);
	for (unsigned i = 0; i < 50000; i++) { /* whatever it is, nothing beyond it is read or written */
		static const char letters[] = "::::0123456789abcdef..%g";
		unsigned length = (unsigned)rand() % 44;
		char *text = malloc(length + 1);
		for (unsigned j = 0; j < length; j++)
			text[j] = letters[(unsigned)rand() % (sizeof(letters) - 1)];
		text[length] = 0;
		parse_v6(text, &ip);
		parse_v4(text, &ip);
		parse_mask(text);
		free(text);
	}
	return 0;
}
