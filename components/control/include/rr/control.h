/*
 * The channel to whoever launched this machine (`rr run`): frames in both directions, docs/interfaces.md section 8. Where there is none all
 * of this does nothing.
 */
#pragma once
#include <rr/types.h>

/* Frame types, guest to host. */
#define RR_CONTROL_BOOTED 'B'
#define RR_CONTROL_EXIT 'X'
#define RR_CONTROL_STDERR 'E'
#define RR_CONTROL_LOG 'L'
#define RR_CONTROL_TIMELINE 'T'
#define RR_CONTROL_CRASH 'C'
#define RR_CONTROL_MEMORY 'M'
#define RR_CONTROL_STRACE 'S'
#define RR_CONTROL_THREAD 'D'
#define RR_CONTROL_NOTICE 'N'
/* Both: a question of the launcher, and its answer. */
#define RR_CONTROL_USAGE 'U'
/* Both: a question of the guest, and its answer. */
#define RR_CONTROL_TIME 'R'
/* Host to guest. */
#define RR_CONTROL_INPUT_END 'I'
#define RR_CONTROL_SIGNAL 'G'
#define RR_CONTROL_WINDOW 'W'
#define RR_CONTROL_HOSTS 'H'

struct rr_control_piece {
	const void *bytes;
	size_t length;
};

/* True when the channel is there. */
bool rr_control_present(void);

/*
 * Send one frame made of `count` pieces, at most 65535 bytes in all; frames never mix. Any context. Thread context sleeps when the host is
 * slow; elsewhere a frame is given up (false) when the host takes nothing for a second, or when it would break into another one.
 */
bool rr_control_send(uint8_t type, const struct rr_control_piece *pieces, unsigned count);

/* Just before the program's first instruction; the libOS was ready for it at `tsc`, all that follows is this report. tsc_hz: 0 if not known. */
void rr_control_booted(uint64_t tsc, uint64_t tsc_hz);

/* A process runs another program from now on; for crash reports. Thread context. */
void rr_control_entered(const char *program);

enum rr_control_exit_kind { RR_EXIT_CODE = 0, RR_EXIT_SIGNAL = 1, RR_EXIT_OUT_OF_MEMORY = 2, RR_EXIT_DEADLOCK = 3, RR_EXIT_CHECKPOINT = 4 };
/*
 * The program has ended, or (RR_EXIT_DEADLOCK) will never, or goes on elsewhere (RR_EXIT_CHECKPOINT); `value` is its exit code or signal. Waits until console and
 * channel have delivered everything: the caller ends the machine, and with it what they still hold. Any context; where it cannot sleep for a second at most.
 */
void rr_control_exit(enum rr_control_exit_kind kind, uint8_t value);

/*
 * Call `handler` for each frame of `type` (RR_CONTROL_INPUT_END, ...) that arrives, in interrupt context; payload is valid during the call
 * only and cut at 16 bytes. The first registration switches input on. 0, -ENODEV without channel or interrupt, -EBUSY when the type has a
 * handler, -EINVAL for one that is no capital letter. Thread context.
 */
int rr_control_on(uint8_t type, void (*handler)(const uint8_t *payload, size_t length));

/* For panics: finish a frame that was being sent, with filling, and never sleep again. Any context. */
void rr_control_panic(void);
