/* Files that other components add below /proc, and the directories that follow from their paths. */
#include <rr/string.h>
#include "internal.h"

static struct rr_proc_file *files, **last = &files;

void rr_proc_register(struct rr_proc_file *file)
{
	*last = file;
	last = &file->next;
}

bool proc_place_is_directory(const struct proc_place *place) { return place->file->path[place->length] == '/'; }

/* Where the name of a place begins in its path. */
static size_t start_of_name(const struct proc_place *place)
{
	size_t start = place->length;
	while (start && place->file->path[start - 1] != '/')
		start--;
	return start;
}

void proc_place_name(const struct proc_place *place, struct rr_name *out)
{
	size_t start = start_of_name(place);
	*out = (struct rr_name){ place->file->path + start, place->length - start };
}

uint64_t proc_place_number(const struct proc_place *place)
{
	uint64_t index = 0;
	for (const struct rr_proc_file *file = files; file != place->file; file = file->next)
		index++;
	return 1ul << 32 | index << 16 | place->length;
}

/* The place that `file` is, or is below, directly in `directory`. False: it is elsewhere. */
static bool within(const struct proc_place *directory, const struct rr_proc_file *file, struct proc_place *out)
{
	size_t length = directory->length;
	if (length && (strncmp(file->path, directory->file->path, length) || file->path[length] != '/'))
		return false;
	length += length != 0;
	const char *end = strchr(file->path + length, '/');
	*out = (struct proc_place){ file, end ? (size_t)(end - file->path) : strlen(file->path) };
	return true;
}

/* Is it the first of the files with this place? */
static bool is_first(const struct proc_place *directory, const struct proc_place *place)
{
	struct proc_place other;
	for (const struct rr_proc_file *file = files; file != place->file; file = file->next)
		if (within(directory, file, &other) && other.length == place->length && !strncmp(file->path, place->file->path, place->length))
			return false;
	return true;
}

bool proc_place_find(const struct proc_place *directory, const struct rr_name *name, struct proc_place *out)
{
	for (const struct rr_proc_file *file = files; file; file = file->next) {
		struct rr_name own;
		if (!within(directory, file, out))
			continue;
		proc_place_name(out, &own);
		if (own.length == name->length && !memcmp(own.text, name->text, own.length))
			return true;
	}
	return false;
}

bool proc_place_at(const struct proc_place *directory, uint64_t index, struct proc_place *out)
{
	for (const struct rr_proc_file *file = files; file; file = file->next)
		if (within(directory, file, out) && is_first(directory, out) && !index--)
			return true;
	return false;
}
