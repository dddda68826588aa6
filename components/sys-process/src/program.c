#include "program.h"
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/image.h>
#include <rr/permission.h>
#include <rr/process.h>
#include <rr/string.h>

#define LINE_SIZE 256 /* BINPRM_BUF_SIZE of Linux: as much of a script's first line is looked at */
#define BIN "/bin/"

struct exec_scripts {
	unsigned count;
	char lines[EXEC_MAX_LEVELS][LINE_SIZE + 1];
};

void exec_scripts_free(struct exec_scripts *scripts) { rr_free(scripts); }

/* The program of the image that the file is; NULL. Programs lie in /bin: rr/rootfs.h. */
static const struct rr_image_program *program_of(struct rr_inode *inode)
{
	char path[sizeof(BIN) + sizeof(((struct rr_image_program *)NULL)->name)] = BIN;
	struct rr_inode *directory, *found;
	struct rr_name name;
	if (!inode->ops->locate || inode->ops->locate(inode, &directory, &name) || name.length >= sizeof(path) - sizeof(BIN))
		return NULL;
	memcpy(path + sizeof(BIN) - 1, name.text, name.length);
	path[sizeof(BIN) - 1 + name.length] = 0;
	const struct rr_image_program *program = rr_exec_find(path + sizeof(BIN) - 1);
	if (!program || rr_path_lookup(AT_FDCWD, path, 0, &found))
		return NULL;
	rr_inode_put(found);
	return found == inode ? program : NULL;
}

/* Programs of the image are also found where other systems have them. */
static const struct rr_image_program *by_custom(const char *path)
{
	static const char *const folders[] = { "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/" };
	const char *slash = strrchr(path, '/');
	if (!slash)
		return rr_exec_find(path);
	for (unsigned i = 0; i < RR_ARRAY_SIZE(folders); i++)
		if (!strncmp(path, folders[i], strlen(folders[i])) && slash == path + strlen(folders[i]) - 1)
			return rr_exec_find(slash + 1);
	return NULL;
}

static int check_executable(const struct rr_inode *inode)
{
	if (S_ISLNK(inode->mode))
		return -ELOOP; /* AT_SYMLINK_NOFOLLOW */
	return S_ISREG(inode->mode) ? rr_inode_permission(inode, RR_MAY_EXEC) : -EACCES;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* Take a script's first line apart: "#! interpreter [argument]". False: it is none. */
static bool parse(char *line, long length, char **interpreter, char **argument)
{
	if (length < 2 || line[0] != '#' || line[1] != '!')
		return false;
	char *end = memchr(line, '\n', length), *at = line + 2;
	bool cut = !end && length == LINE_SIZE;
	if (!end)
		end = line + length;
	while (end > at && is_blank(end[-1]))
		end--;
	*end = 0;
	while (is_blank(*at))
		at++;
	*interpreter = at;
	while (*at && !is_blank(*at))
		at++;
	if (*interpreter == at || (cut && !*at))
		return false;
	if (*at)
		*at++ = 0;
	while (is_blank(*at))
		at++;
	*argument = *at ? at : NULL;
	return true;
}

static long read_line(struct rr_inode *inode, char *line)
{
	struct rr_file *file;
	int error = rr_inode_open(inode, O_RDONLY, &file);
	if (error)
		return error;
	long length = rr_file_read_kernel(file, line, LINE_SIZE, 0);
	rr_file_put(file);
	if (length >= 0)
		line[length] = 0;
	return length;
}

/* The interpreter of the script `inode`, called `shown`; its arguments go in front. -ENOEXEC: it is no script. */
static int interpreter_of(struct rr_inode *inode, const char *shown, struct exec_strings *strings, struct exec_scripts **scripts, char **interpreter)
{
	char *argument;
	if (!*scripts && !(*scripts = rr_zalloc(1, sizeof(**scripts))))
		return -ENOMEM;
	if ((*scripts)->count == EXEC_MAX_LEVELS)
		return -ELOOP;
	char *line = (*scripts)->lines[(*scripts)->count++];
	long length = read_line(inode, line);
	if (length < 0)
		return (int)length;
	if (!parse(line, length, interpreter, &argument))
		return -ENOEXEC;
	strings->list.argv[0] = shown;
	if (argument)
		exec_strings_prefix(strings, argument);
	exec_strings_prefix(strings, *interpreter);
	return 0;
}

/* *program, or what is to be executed instead of the file: *next. */
static int look_at(const struct exec_file *file, struct exec_strings *strings, struct exec_scripts **scripts, const struct rr_image_program **program,
                   char **next)
{
	struct rr_inode *inode;
	int error = rr_path_lookup(file->dirfd, file->path, file->flags, &inode);
	if (error) {
		*program = error == -ENOENT ? by_custom(file->path) : NULL;
		return *program ? 0 : error;
	}
	error = check_executable(inode);
	if (!error && !(*program = program_of(inode))) {
		error = interpreter_of(inode, file->shown, strings, scripts, next);
		if (!error && file->closes)
			error = -ENOENT;
	}
	rr_inode_put(inode);
	return error;
}

int exec_find(const struct exec_file *file, struct exec_strings *strings, struct exec_scripts **scripts, const struct rr_image_program **program)
{
	struct exec_file current = *file;
	*program = NULL;
	if (!strcmp(current.path, "/proc/self/exe")) {
		*program = rr_current_process()->program;
		return 0;
	}
	for (;;) {
		char *next = NULL;
		int error = look_at(&current, strings, scripts, program, &next);
		if (error || *program)
			return error;
		current = (struct exec_file){ .dirfd = AT_FDCWD, .path = next, .shown = next };
	}
}
