/* Paths from the program. */
#include <rr/heap.h>
#include <rr/path.h>

int rr_user_path_get(struct rr_user_path *path, uint64_t address, bool empty)
{
	path->text = path->within;
	long length = rr_string_from_user(path->text, address, sizeof(path->within));
	if (length == -ENAMETOOLONG) {
		path->text = rr_alloc(PATH_MAX);
		if (!path->text)
			return -ENOMEM;
		length = rr_string_from_user(path->text, address, PATH_MAX);
	}
	if (length == 0 && !empty)
		length = -ENOENT;
	if (length < 0)
		rr_user_path_free(path);
	return length < 0 ? (int)length : 0;
}

void rr_user_path_free(struct rr_user_path *path)
{
	if (path->text != path->within)
		rr_free(path->text);
}
