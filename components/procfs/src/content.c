/* What the files of /proc say: proc(5). */
#include <rr/image.h>
#include <rr/load.h>
#include <rr/page.h>
#include <rr/policy.h>
#include <rr/vm.h>
#include "internal.h"

#define KIB_PER_PAGE (RR_PAGE_SIZE / 1024)

static void meminfo(struct text *text, struct rr_process *process)
{
	(void)process;
	struct rr_memory_stats memory = rr_memory_stats();
	static const char line[] = "%-16s%8lu kB\n";
	text_add(text, line, "MemTotal:", memory.total_pages * KIB_PER_PAGE);
	text_add(text, line, "MemFree:", memory.free_pages * KIB_PER_PAGE);
	text_add(text, line, "MemAvailable:", memory.free_pages * KIB_PER_PAGE);
	text_add(text, line, "Buffers:", 0ul);
	text_add(text, line, "Cached:", 0ul);
	text_add(text, line, "SwapTotal:", 0ul);
	text_add(text, line, "SwapFree:", 0ul);
}

static void cpuinfo(struct text *text, struct rr_process *process)
{
	(void)process;
	uint64_t hz = rr_clock_tsc_hz();
	text_add(text, "processor\t: 0\ncpu MHz\t\t: %lu.%03lu\nflags\t\t: fpu tsc cx8 cmov mmx fxsr sse sse2 syscall nx lm\n\n", hz / 1000000,
	         hz / 1000 % 1000);
}

static void uptime(struct text *text, struct rr_process *process)
{
	(void)process;
	uint64_t hundredths = rr_clock_monotonic() / 10000000;
	text_add(text, "%lu.%02lu 0.00\n", hundredths / 100, hundredths % 100);
}

static void add_load(struct text *text, uint64_t load)
{
	const uint64_t one = 1ul << RR_LOAD_SHIFT;
	load += one / 200; /* round to hundredths */
	text_add(text, "%lu.%02lu ", load / one, load % one * 100 / one);
}

/* Averages, threads that want to run of all there are, the newest number. */
static void loadavg(struct text *text, struct rr_process *process)
{
	uint64_t loads[3];
	(void)process;
	rr_load_averages(loads);
	for (unsigned i = 0; i < RR_ARRAY_SIZE(loads); i++)
		add_load(text, loads[i]);
	text_add(text, "%u/%u %d\n", 1 + rr_sched_waiting(), rr_task_total, rr_current_pid());
}

static void self(struct text *text, struct rr_process *process)
{
	(void)process;
	text_add(text, "%d", rr_current_pid());
}

static void link_to_self_mounts(struct text *text, struct rr_process *process)
{
	(void)process;
	text_add(text, "self/mounts");
}

const struct proc_entry proc_root_entries[] = {
	{ .name = "self", .mode = S_IFLNK | 0777, .content = self },
	{ .name = "meminfo", .mode = S_IFREG | 0444, .content = meminfo },
	{ .name = "cpuinfo", .mode = S_IFREG | 0444, .content = cpuinfo },
	{ .name = "loadavg", .mode = S_IFREG | 0444, .content = loadavg },
	{ .name = "uptime", .mode = S_IFREG | 0444, .content = uptime },
	{ .name = "mounts", .mode = S_IFLNK | 0777, .content = link_to_self_mounts },
	{ 0 },
};

/* What its first thread is called: prctl(2) PR_SET_NAME changes that. */
static const char *name_of(const struct rr_process *process)
{
	return process->task_count ? rr_list_entry(process->tasks.next, struct rr_task, link)->comm : process->name;
}

static char state_of(const struct rr_process *process)
{
	return process->stop_complete ? 'T' : process == rr_current_process() ? 'R' : 'S';
}

static void exe(struct text *text, struct rr_process *process)
{
	text_add(text, "/bin/%s", process->program->name);
}

static void cwd(struct text *text, struct rr_process *process) { text_add_path(text, process->fs->cwd); }
static void root(struct text *text, struct rr_process *process) { text_add_path(text, process->fs->root); }

static int follow_place(struct rr_inode *place, struct rr_inode **out)
{
	int error = 0;
	if (!place)
		error = rr_vfs_root(&place);
	if (error)
		return error;
	rr_inode_ref(place);
	*out = place;
	return 0;
}
static int follow_cwd(struct rr_process *process, struct rr_inode **out) { return follow_place(process->fs->cwd, out); }
static int follow_root(struct rr_process *process, struct rr_inode **out) { return follow_place(process->fs->root, out); }

static void comm(struct text *text, struct rr_process *process) { text_add(text, "%.15s\n", name_of(process)); }

static void mounts(struct text *text, struct rr_process *process)
{
	(void)process;
	text_add(text, "rootfs / rootfs rw 0 0\ndevtmpfs /dev devtmpfs rw 0 0\nproc /proc proc rw 0 0\n");
}

/* A zombie has none any more. */
static const struct rr_aspace *space_of(const struct rr_process *process)
{
	static const struct rr_aspace none;
	return process->space ? process->space : &none;
}

static void status(struct text *text, struct rr_process *process)
{
	struct rr_usage usage;
	rr_usage_of_process(process, &usage);
	const uint32_t *uid = process->credentials.uid, *gid = process->credentials.gid;
	text_add(text, "Name:\t%.15s\nState:\t%c\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\n", name_of(process), state_of(process), process->pid, process->pid,
	         process->parent ? process->parent->pid : 0);
	text_add(text, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n", uid[0], uid[1], uid[2], uid[3], gid[0], gid[1], gid[2], gid[3]);
	text_add(text, "VmSize:\t%8lu kB\nVmHWM:\t%8lu kB\nVmRSS:\t%8lu kB\nThreads:\t%u\n", space_of(process)->mapped_bytes / 1024,
	         usage.most_resident * KIB_PER_PAGE, space_of(process)->resident_pages * KIB_PER_PAGE, process->task_count);
	text_add(text, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n", usage.voluntary, usage.involuntary);
}

/* A zombie has no thread any more: an ordinary one stands in. */
static const struct rr_sched_entity *scheduling_of(const struct rr_process *process)
{
	static const struct rr_sched_entity ordinary;
	return rr_list_empty(&process->tasks) ? &ordinary : &rr_list_entry(process->tasks.next, struct rr_task, link)->thread.sched;
}

/* As ps(1) shows it: 20 + nice value, below zero for real-time priorities. */
static int priority_of(const struct rr_sched_entity *scheduling)
{
	return scheduling->priority ? -1 - scheduling->priority : 20 + scheduling->nice;
}

#define FIELD_AFTER_RSS 25
#define FIELD_CPU 39
#define FIELD_LAST 52

/* Processor times are in hundredths of a second; what is not kept is 0. */
static void stat(struct text *text, struct rr_process *process)
{
	const uint64_t tick = RR_NSEC_PER_SEC / 100;
	const struct rr_sched_entity *scheduling = scheduling_of(process);
	const struct rr_usage *children = &process->children_usage;
	struct rr_usage usage;
	rr_usage_of_process(process, &usage);
	text_add(text, "%d (%.15s) %c %d %d %d 0 %d 0 ", process->pid, name_of(process), state_of(process),
	         process->parent ? process->parent->pid : 0, process->pgid, process->sid, process->pgid);
	text_add(text, "%lu %lu 0 0 %lu %lu %lu %lu ", usage.minor_faults, children->minor_faults, usage.user / tick, usage.system / tick,
	         children->user / tick, children->system / tick);
	text_add(text, "%d %d %u 0 %lu %lu %lu", priority_of(scheduling), scheduling->nice, process->task_count, process->start_time / tick,
	         space_of(process)->mapped_bytes, space_of(process)->resident_pages);
	for (int field = FIELD_AFTER_RSS; field <= FIELD_CPU; field++)
		text_add(text, " 0");
	text_add(text, " %u %u", scheduling->priority, scheduling->policy);
	for (int field = FIELD_CPU + 3; field <= FIELD_LAST; field++)
		text_add(text, " 0");
	text_add(text, "\n");
}

/* Arguments are the program's own memory, and not looked for there: the name stands for them. */
static void cmdline(struct text *text, struct rr_process *process)
{
	text_add(text, "%s", process->name);
	text->length += !text->failed;
}

static void statm(struct text *text, struct rr_process *process)
{
	text_add(text, "%lu %lu 0 0 0 0 0\n", space_of(process)->mapped_bytes / RR_PAGE_SIZE, space_of(process)->resident_pages);
}

static int add_area(const struct rr_vm_area *area, void *argument)
{
	text_add(argument, "%08lx-%08lx %c%c%c%c %08lx 00:00 0\n", area->start, area->end, area->prot & RR_PROT_READ ? 'r' : '-',
	         area->prot & RR_PROT_WRITE ? 'w' : '-', area->prot & RR_PROT_EXEC ? 'x' : '-', area->flags & RR_MAP_SHARED ? 's' : 'p', area->offset);
	return 0;
}

static void maps(struct text *text, struct rr_process *process) { rr_vm_each(process->space, add_area, text); }

const struct proc_entry proc_process_entries[] = {
	{ .name = "exe", .mode = S_IFLNK | 0777, .content = exe },
	{ .name = "cwd", .mode = S_IFLNK | 0777, .content = cwd, .follow = follow_cwd },
	{ .name = "root", .mode = S_IFLNK | 0777, .content = root, .follow = follow_root },
	{ .name = "fd", .mode = S_IFDIR | 0500 },
	{ .name = "cmdline", .mode = S_IFREG | 0444, .content = cmdline },
	{ .name = "comm", .mode = S_IFREG | 0444, .content = comm },
	{ .name = "maps", .mode = S_IFREG | 0444, .content = maps },
	{ .name = "mounts", .mode = S_IFREG | 0444, .content = mounts },
	{ .name = "stat", .mode = S_IFREG | 0444, .content = stat },
	{ .name = "status", .mode = S_IFREG | 0444, .content = status },
	{ .name = "statm", .mode = S_IFREG | 0444, .content = statm },
	{ 0 },
};
