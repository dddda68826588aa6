/* What lwIP wants to know of the compiler, and of a C library it is not given. */
#pragma once
#include <rr/panic.h>
#include <rr/types.h>
#define LWIP_NO_INTTYPES_H 1
#define LWIP_NO_UNISTD_H 1
#define LWIP_NO_CTYPE_H 1
typedef long ssize_t;
#define SSIZE_MAX INT64_MAX
#define X8_F "x"
#define U16_F "u"
#define S16_F "d"
#define X16_F "x"
#define U32_F "u"
#define S32_F "d"
#define X32_F "x"
#define SZT_F "zu"
#define BYTE_ORDER LITTLE_ENDIAN
#define LWIP_PLATFORM_DIAG(x) do { } while (0)
#define LWIP_PLATFORM_ASSERT(x) rr_panic("lwIP: %s", x)
#define LWIP_ERRNO_STDINCLUDE 0
#define LWIP_ERR_T int
unsigned lwip_port_random(void);
#define LWIP_RAND() lwip_port_random()
