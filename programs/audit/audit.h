/* Auditing program: tries, from inside, what the protections of the libOS must stop. It runs in a guest only, at the processor's highest privilege. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Addresses in the libOS, from the command line; 0: not given. */
struct libos {
	uint64_t text, text_end, rodata, rodata_end, data, data_end, canary;
	uint64_t spare; /* data nobody minds to be changed */
};
extern struct libos libos;

/* One line for the launcher: a check that holds or not, with what was seen. Names are those of src/audit/checks.ts. */
void report(const char *check, bool holds, const char *evidence, ...) __attribute__((format(printf, 3, 4)));
/* A value that must differ from boot to boot. */
void fact(const char *name, uint64_t value);

/* probe.c: the signal an access ends in, 0 when it succeeds. */
void probe_init(void);
int probe_read(const volatile void *address);
int probe_write(volatile void *address); /* writes what is there */
int probe_call(const void *code);
int probe_run(void (*function)(void *), void *argument);
/* Where the last fault was. */
uint64_t probe_fault_address(void);
const char *signal_text(int number);

/* The audits, one per file. */
void audit_memory(void);
void audit_stacks(void);
void audit_pages(void);
void audit_registers(void);
/* Overwrite the libOS's canary while a thread is inside: the machine must end. Returns only if it does not. */
void audit_smash(void);

/* pages.c: the physical address behind `address`, or ~0. */
uint64_t physical_address(const void *address);
#define DIRECT_MAP 0xffff800000000000ul
#define RET 0xc3 /* the instruction: harmless wherever it is executed */
