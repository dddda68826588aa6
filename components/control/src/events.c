#include <rr/console.h>
#include <rr/control.h>
#include <rr/cpu.h>
#include <rr/platform.h>
#include <rr/string.h>

#include "drain.h"

void rr_control_booted(uint64_t tsc, uint64_t tsc_hz)
{
	uint64_t stamps[2] = { tsc - rr_boot_info.entry_tsc, tsc_hz };
	rr_control_send(RR_CONTROL_BOOTED, &(struct rr_control_piece){ stamps, sizeof(stamps) }, 1);
}

void rr_control_entered(const char *program)
{
	rr_control_send(RR_CONTROL_NOTICE, &(struct rr_control_piece){ program, strlen(program) }, 1);
}

void rr_control_exit(enum rr_control_exit_kind kind, uint8_t value)
{
	uint8_t status[2] = { kind, value };
	control_drain(rr_console_idle);
	rr_control_send(RR_CONTROL_EXIT, &(struct rr_control_piece){ status, sizeof(status) }, 1);
	control_drain(control_idle);
}
