/* Boot: from the platform's entry to the first program's first instruction. */
#include <rr/boot-cpu.h>
#include <rr/boundary.h>
#include <rr/canary.h>
#include <rr/clock.h>
#include <rr/control.h>
#include <rr/cpu.h>
#include <rr/exec.h>
#include <rr/heap.h>
#include <rr/image.h>
#include <rr/launch.h>
#include <rr/page.h>
#include <rr/panic.h>
#include <rr/paging.h>
#include <rr/platform.h>
#include <rr/print.h>
#include <rr/process.h>
#include <rr/random.h>
#include <rr/sched-init.h>
#include <rr/string.h>
#include <rr/time-init.h>
#include <rr/timeline.h>
#include <rr/trap.h>
#include <rr/vfs.h>
#include <rr/init-table.h>

#define LIMIT_STACK 3
#define LIMIT_CORE 4
#define LIMIT_NOFILE 7
#define LIMIT_NICE 13
#define LIMIT_RTPRIO 14
#define UNLIMITED (~0ul)

static void set_limits(struct rr_process *process)
{
	for (unsigned i = 0; i < RR_LIMIT_COUNT; i++)
		process->limits[i][0] = process->limits[i][1] = UNLIMITED;
	process->limits[LIMIT_STACK][0] = 0x800000;
	process->limits[LIMIT_CORE][0] = 0;
	for (unsigned i = LIMIT_NICE; i <= LIMIT_RTPRIO; i++)
		process->limits[i][0] = process->limits[i][1] = 0; /* root needs none */
	process->limits[LIMIT_NOFILE][0] = 1024;
	process->limits[LIMIT_NOFILE][1] = 1048576;
}

/* Descriptors 0, 1, 2. */
static int open_console(struct rr_process *process)
{
	int error = rr_fdtable_create(&process->fds);
	for (unsigned i = 0; !error && i < 3; i++) {
		struct rr_file *file;
		error = rr_vfs_open_console(i, &file);
		if (!error)
			error = rr_fd_install(process->fds, file, i, false) < 0;
	}
	return error;
}

/* The first process around the thread that boots. NULL: no memory. */
static struct rr_process *make_first_process(struct rr_task *task)
{
	struct rr_process *process = rr_process_create(NULL, 1);
	if (!process)
		return NULL;
	rr_task_attach(task, process);
	task->tid = process->pid;
	process->pgid = process->sid = process->pid;
	process->sighand = rr_zalloc(1, sizeof(*process->sighand));
	if (!process->sighand)
		return NULL;
	process->sighand->refs = 1;
	set_limits(process);
	rr_vfs_initial_directory = rr_launch.cwd;
	if (rr_fs_context_create(&process->fs) || open_console(process))
		return NULL;
	return process;
}

static int start_program(const struct rr_image_program *program)
{
	char path[sizeof("/bin/") + sizeof(program->name)] = "/bin/";
	memcpy(path + 5, program->name, sizeof(program->name));
	path[sizeof(path) - 1] = 0;
	unsigned argc = 1 + rr_launch.args.count;
	/* not freed: needed once, and freeing costs boot time */
	const char **argv = rr_alloc(argc * sizeof(*argv));
	if (!argv)
		return -1;
	argv[0] = rr_launch.argv0 ? rr_launch.argv0 : program->name;
	for (unsigned i = 1; i < argc; i++)
		argv[i] = rr_launch.args.items[i - 1];
	struct rr_exec_strings strings = { argv, argc, rr_launch.env.items, rr_launch.env.count };
	return rr_exec(program, path, &strings, NULL);
}

void rr_boot(void)
{
	rr_timeline(RR_STAGE_ENTRY);
	rr_cpu_init();
	__stack_chk_guard = rr_random_word();
	rr_timeline(RR_STAGE_CPU);
	rr_time_init();
	rr_timeline(RR_STAGE_CLOCK);
	rr_memory_init();
	struct rr_task *task = rr_zalloc(1, sizeof(*task));
	if (!task)
		rr_panic("not enough memory to boot; give the machine more with -M");
	rr_sched_init(&task->thread);
	rr_timeline(RR_STAGE_MEMORY);
	for (void (*const *init)(void) = rr_init_table; *init; init++)
		(*init)();
	rr_trap_set_restart_range(rr_boundary_exit_begin, rr_boundary_exit_end);
	rr_process_init();
	__asm__ volatile("sti");
	rr_timeline(RR_STAGE_COMPONENTS);

	const struct rr_image_table *table = rr_image_table();
	if (!table || !table->program_count)
		rr_panic("the image holds no program: it was not made by rr bake");
	struct rr_process *process = make_first_process(task);
	const struct rr_image_program *first = &table->programs[rr_image_first];
	int error = process ? start_program(first) : -1;
	if (error)
		rr_panic("not enough memory to start %s; give the machine more with -M", first->name);
	rr_timeline(RR_STAGE_PROGRAM);
	uint64_t ready = rr_rdtsc();
	rr_timeline_send();
	/* to know the clock's rate costs boot time: only who asked for a timeline needs it */
	rr_control_booted(ready, rr_launch.timeline ? rr_clock_tsc_hz() : 0);
	rr_trap_return(rr_thread_regs(&task->thread));
}
