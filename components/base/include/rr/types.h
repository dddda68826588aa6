/* Types and compiler helpers every component uses. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A physical address. */
typedef uint64_t rr_phys;

#define RR_PAGE_SIZE 4096ul
#define RR_PAGE_SHIFT 12
#define RR_PAGE_MASK (RR_PAGE_SIZE - 1)

#define RR_NORETURN __attribute__((noreturn))
#define RR_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define RR_USED __attribute__((used))
#define RR_SECTION(name) __attribute__((section(name)))
#define RR_LIKELY(x) __builtin_expect(!!(x), 1)
#define RR_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define RR_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The structure of type `type` whose member `member` is at `pointer`. */
#define rr_container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

#define rr_min(a, b) ({ __typeof__(a) rr_a_ = (a); __typeof__(b) rr_b_ = (b); rr_a_ < rr_b_ ? rr_a_ : rr_b_; })
#define rr_max(a, b) ({ __typeof__(a) rr_a_ = (a); __typeof__(b) rr_b_ = (b); rr_a_ > rr_b_ ? rr_a_ : rr_b_; })

static inline uint64_t rr_align_up(uint64_t value, uint64_t alignment) { return (value + alignment - 1) & ~(alignment - 1); }
static inline uint64_t rr_align_down(uint64_t value, uint64_t alignment) { return value & ~(alignment - 1); }
