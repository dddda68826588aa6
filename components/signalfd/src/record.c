#include "record.h"

#define SI_SIGIO (-5)

static bool is_fault(int number) { return number == SIGILL || number == SIGFPE || number == SIGSEGV || number == SIGBUS || number == SIGTRAP; }

/* Which fields mean something depends on who sent it: signal(7), siginfo_layout() of Linux. */
struct signal_record signal_record_of(const struct rr_abi_siginfo *info)
{
	struct signal_record record = { .signo = info->signo, .error = info->error, .code = info->code };
	bool from_kernel = info->code > SI_USER && info->code < SI_KERNEL;
	if (info->code == SI_TIMER) {
		record.tid = info->timerid;
		record.overrun = info->overrun;
		record.value = info->timer_value;
		record.value_int = (int32_t)info->timer_value;
	} else if (from_kernel && is_fault(info->signo)) {
		record.address = info->address;
		record.address_lsb = info->address_lsb;
	} else if (info->code == SI_SIGIO || (from_kernel && info->signo != SIGCHLD)) {
		record.band = (uint32_t)info->band;
		record.fd = info->fd;
	} else {
		record.pid = info->pid;
		record.uid = info->uid;
		if (from_kernel) {
			record.status = info->status;
			record.utime = info->utime;
			record.stime = info->stime;
		} else if (info->code < 0) {
			record.value = info->value;
			record.value_int = (int32_t)info->value;
		}
	}
	return record;
}
