#include <rr/print.h>

static void (*log_sink)(const char *text, size_t length);

void rr_log_set_sink(void (*sink)(const char *text, size_t length)) { log_sink = sink; }

void rr_log(const char *format, ...)
{
	char text[241];
	va_list arguments;
	if (!log_sink)
		return;
	va_start(arguments, format);
	int length = rr_vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_sink(text, rr_min((size_t)length, sizeof(text) - 1));
}
