/* Formatted output into a buffer, and the log. */
#pragma once
#include <rr/types.h>
#include <stdarg.h>

/*
 * As C's snprintf for %d %i %u %x %X %p %s %c %% with l, ll, z, width, precision of strings, '0', '-' and '#'. No floating
 * point. Returns the length the whole text has.
 */
int rr_snprintf(char *buffer, size_t size, const char *format, ...) RR_PRINTF(3, 4);
int rr_vsnprintf(char *buffer, size_t size, const char *format, va_list arguments);

/*
 * One message for the person who runs the image, without newline; it goes to the control channel, or to the console
 * where there is none. Any context. At most 240 bytes, longer text is cut.
 */
void rr_log(const char *format, ...) RR_PRINTF(1, 2);

/* Where log text goes; set by the control channel's driver at start. Any context. */
void rr_log_set_sink(void (*sink)(const char *text, size_t length));
