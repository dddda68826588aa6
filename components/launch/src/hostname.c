#include <rr/hostname.h>

#include <rr/image.h>
#include <rr/launch.h>
#include <rr/string.h>

static char set[RR_HOSTNAME_ROOM], learned[RR_HOSTNAME_ROOM];
static bool is_set; /* to nothing, perhaps */

static bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

/* A program may be called what no host can be: other characters become dashes, and none is first or last. */
static void from_program(char to[RR_HOSTNAME_ROOM])
{
	const struct rr_image_table *image = rr_image_table();
	const char *name = image && image->program_count > rr_image_first ? image->programs[rr_image_first].name : "";
	size_t length = 0;
	for (size_t i = 0; i < sizeof(image->programs->name) && name[i] && length < RR_HOSTNAME_ROOM - 2; i++)
		if (is_alphanumeric(name[i]) || length)
			to[length++] = is_alphanumeric(name[i]) ? name[i] : '-';
	while (length && to[length - 1] == '-')
		length--;
	to[length] = 0;
	if (!length)
		rr_strlcpy(to, "rr", RR_HOSTNAME_ROOM);
}

void rr_hostname_get(char to[RR_HOSTNAME_ROOM])
{
	const char *name = is_set ? set : rr_launch.hostname ? rr_launch.hostname : learned;
	if (is_set || *name)
		rr_strlcpy(to, name, RR_HOSTNAME_ROOM);
	else
		from_program(to);
}

void rr_hostname_set(const char *name, size_t length)
{
	memset(set, 0, sizeof(set));
	memcpy(set, name, rr_min(length, sizeof(set) - 1));
	is_set = true;
}

void rr_hostname_learn(const char *name, size_t length)
{
	if (!length || length >= sizeof(learned) || !is_alphanumeric(name[0]) || !is_alphanumeric(name[length - 1]))
		return;
	for (size_t i = 0; i < length; i++)
		if (!is_alphanumeric(name[i]) && name[i] != '-' && name[i] != '.')
			return;
	memcpy(learned, name, length);
	learned[length] = 0;
}
