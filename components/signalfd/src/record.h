/* What a signal is as bytes read from a signalfd: struct signalfd_siginfo of linux/signalfd.h. */
#pragma once
#include <rr/abi/signal.h>

struct signal_record {
	uint32_t signo;
	int32_t error, code;
	uint32_t pid, uid;
	int32_t fd;
	uint32_t tid, band, overrun, trapno;
	int32_t status, value_int;
	uint64_t value, utime, stime, address;
	uint16_t address_lsb, pad;
	int32_t syscall;
	uint64_t call_address;
	uint32_t arch;
	uint8_t pad2[28];
};
_Static_assert(sizeof(struct signal_record) == 128, "struct signalfd_siginfo");

struct signal_record signal_record_of(const struct rr_abi_siginfo *info);
