/* getrusage(2), times(2), sysinfo(2). */
#include <rr/abi/errno.h>
#include <rr/abi/resource.h>
#include <rr/abi/utsname.h>
#include <rr/load.h>
#include <rr/page.h>
#include <rr/process.h>
#include <rr/uaccess.h>
#include <rr/vm.h>

/* Fractional bits of sysinfo's load averages (SI_LOAD_SHIFT). */
#define LOAD_SHIFT 16

long rr_sys_getrusage(int who, uint64_t out);
long rr_sys_times(uint64_t out);
long rr_sys_sysinfo(uint64_t out);

long rr_sys_getrusage(int who, uint64_t out)
{
	struct rr_process *process = rr_current_process();
	struct rr_usage usage;
	struct rr_abi_rusage told;
	switch (who) {
	case RUSAGE_SELF: rr_usage_of_process(process, &usage); break;
	case RUSAGE_CHILDREN: usage = process->children_usage; break;
	case RUSAGE_THREAD: rr_usage_of_thread(rr_current_task(), &usage); break;
	default: return -EINVAL;
	}
	rr_usage_tell(&usage, &told);
	return rr_put_user(told, out);
}

long rr_sys_times(uint64_t out)
{
	struct rr_process *process = rr_current_process();
	struct rr_usage usage;
	rr_usage_of_process(process, &usage);
	struct rr_abi_tms times = {
		.utime = usage.user / RR_CLOCK_TICK_NS, .stime = usage.system / RR_CLOCK_TICK_NS,
		.cutime = process->children_usage.user / RR_CLOCK_TICK_NS, .cstime = process->children_usage.system / RR_CLOCK_TICK_NS,
	};
	if (out && rr_put_user(times, out))
		return -EFAULT;
	return rr_clock_monotonic() / RR_CLOCK_TICK_NS;
}

long rr_sys_sysinfo(uint64_t out)
{
	struct rr_memory_stats memory = rr_memory_stats();
	struct rr_abi_sysinfo info = {
		.uptime = rr_clock_monotonic() / RR_NSEC_PER_SEC,
		.totalram = memory.total_pages * RR_PAGE_SIZE,
		.freeram = memory.free_pages * RR_PAGE_SIZE,
		.mem_unit = 1,
	};
	uint64_t loads[RR_ARRAY_SIZE(info.loads)];
	rr_load_averages(loads);
	for (unsigned i = 0; i < RR_ARRAY_SIZE(loads); i++)
		info.loads[i] = loads[i] << (LOAD_SHIFT - RR_LOAD_SHIFT);
	info.procs = rr_task_total;
	return rr_put_user(info, out);
}
