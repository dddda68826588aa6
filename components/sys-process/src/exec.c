/* execve(2), execveat(2). */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/print.h>
#include <rr/process.h>
#include <rr/string.h>
#include <rr/vfs.h>
#include <rr/vm.h>
#include "program.h"

long rr_sys_execve(uint64_t path, uint64_t argv, uint64_t envp);
long rr_sys_execveat(int dirfd, uint64_t path, uint64_t argv, uint64_t envp, int flags);

/* "/dev/fd/N/PATH" */
#define SHOWN_SIZE (PATH_MAX + 24)

/* The running thread becomes the only one of its process, and takes over its number. False: it is to end itself. */
static bool become_only_thread(struct rr_task *task)
{
	struct rr_process *process = task->process;
	if (process->task_count > 1) {
		rr_process_end_threads(process, task);
		if (!rr_process_wait_killable(&process->state_event, process->task_count == 1))
			return false;
	}
	rr_list_for_each(node, &process->children) {
		struct rr_process *child = rr_list_entry(node, struct rr_process, sibling);
		if (child->creator == task->tid)
			child->creator = process->pid;
	}
	task->tid = process->pid;
	return true;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* From here on only a lack of memory lets it fail; when other threads have been ended for it, the process ends. */
static int replace(const struct rr_image_program *program, const char *shown, struct exec_strings *strings)
{
	struct rr_task *task = rr_current_task();
	struct rr_process *process = task->process;
	bool alone = process->task_count == 1;
	int error = rr_process_unshare(process);
	if (error)
		return error;
	if (!become_only_thread(task))
		return -EINTR; /* never seen: the way out ends it */
	rr_process_release_thread(task);
	error = rr_exec(program, shown, &strings->list, rr_exec_leave);
	if (error && !alone)
		rr_process_exit(SIGKILL);
	if (!error)
		rr_strlcpy(task->comm, last_part(shown), sizeof(task->comm));
	return error;
}

static int exec_file(const struct exec_file *file, uint64_t argv, uint64_t envp)
{
	const struct rr_image_program *program;
	struct exec_strings strings;
	struct exec_scripts *scripts = NULL;
	int error = exec_strings_read(&strings, argv, envp);
	if (!error)
		error = exec_find(file, &strings, &scripts, &program);
	if (!error)
		error = replace(program, file->shown, &strings);
	exec_scripts_free(scripts);
	exec_strings_free(&strings);
	return error;
}

static long leave(int error)
{
	if (error)
		return error;
	rr_process_leave(rr_thread_regs(rr_current_thread()), 0); /* with the new program's registers */
}

long rr_sys_execve(uint64_t path_at, uint64_t argv, uint64_t envp)
{
	struct rr_user_path path;
	int error = rr_user_path_get(&path, path_at, false);
	if (error)
		return error;
	error = exec_file(&(struct exec_file){ .dirfd = AT_FDCWD, .path = path.text, .shown = path.text }, argv, envp);
	rr_user_path_free(&path);
	return leave(error);
}

/* By a descriptor: the program is told a path in /dev/fd. */
static int exec_at(struct exec_file *file, uint64_t argv, uint64_t envp)
{
	char *shown = rr_alloc(SHOWN_SIZE);
	if (!shown)
		return -ENOMEM;
	rr_snprintf(shown, SHOWN_SIZE, *file->path ? "/dev/fd/%d/%s" : "/dev/fd/%d", file->dirfd, file->path);
	file->shown = shown;
	file->closes = rr_fd_get_cloexec(rr_current_fdtable(), file->dirfd) == 1;
	int error = exec_file(file, argv, envp);
	rr_free(shown);
	return error;
}

long rr_sys_execveat(int dirfd, uint64_t path_at, uint64_t argv, uint64_t envp, int flags)
{
	struct rr_user_path path;
	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	int error = rr_user_path_get(&path, path_at, flags & AT_EMPTY_PATH);
	if (error)
		return error;
	struct exec_file file = { .dirfd = dirfd, .path = path.text, .shown = path.text,
		.flags = (flags & AT_EMPTY_PATH ? RR_WALK_EMPTY : 0) | (flags & AT_SYMLINK_NOFOLLOW ? RR_WALK_NOFOLLOW : 0) };
	error = dirfd == AT_FDCWD || *path.text == '/' ? exec_file(&file, argv, envp) : exec_at(&file, argv, envp);
	rr_user_path_free(&path);
	return leave(error);
}
