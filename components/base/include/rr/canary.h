/* The stack protector's canary: one for all libOS code (-mstack-protector-guard=global). */
#pragma once
#include <rr/types.h>

extern uintptr_t __stack_chk_guard;
