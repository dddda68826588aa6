/* 'S' frames (docs/interfaces.md section 8), one when a call begins and one when it ends. Thread context. */
#pragma once
#include <rr/types.h>

struct rr_abi_siginfo;

/* The launcher asked for call `number`. */
bool trace_wants(uint32_t number);
/* The running thread makes call `number` with six `arguments`. */
void trace_enter(uint32_t number, const uint64_t *arguments);
/* It is over, with `result` as the libOS knows it: a restart is one of RR_ERESTART*. */
void trace_exit(uint32_t number, const uint64_t *arguments, int64_t result);
/* The running thread acts on a signal; `fatal`: by ending the process. */
void trace_signal(const struct rr_abi_siginfo *info, bool fatal);
