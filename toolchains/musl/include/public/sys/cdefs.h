/* What programs written for glibc or BSD expect of this header, which musl does not have. */
#ifndef RR_SYS_CDEFS_H
#define RR_SYS_CDEFS_H

#ifdef __cplusplus
#define __BEGIN_DECLS extern "C" {
#define __END_DECLS }
#define __THROW throw()
#define __NTH(function) function throw()
#else
#define __BEGIN_DECLS
#define __END_DECLS
#define __THROW
#define __NTH(function) function
#endif

#define __P(arguments) arguments
#define __CONCAT(a, b) a ## b
#define __STRING(text) #text

#ifndef __nonnull
#define __nonnull(parameters) __attribute__((__nonnull__ parameters))
#endif
#define __attribute_malloc__ __attribute__((__malloc__))
#define __attribute_pure__ __attribute__((__pure__))
#define __attribute_const__ __attribute__((__const__))
#define __attribute_noinline__ __attribute__((__noinline__))
#define __attribute_deprecated__ __attribute__((__deprecated__))
#define __wur

#endif
