#include <rr/print.h>
#include <rr/string.h>

struct output {
	char *buffer;
	size_t size, length;
};

static void put(struct output *out, char c)
{
	if (out->length + 1 < out->size)
		out->buffer[out->length] = c;
	out->length++;
}

static void put_padded(struct output *out, const char *text, size_t length, unsigned width, bool left, char fill)
{
	if (!left)
		for (size_t i = length; i < width; i++)
			put(out, fill);
	for (size_t i = 0; i < length; i++)
		put(out, text[i]);
	if (left)
		for (size_t i = length; i < width; i++)
			put(out, ' ');
}

/* Digits of `value` at the end of `buffer` (20 are enough); returns where they start. */
static char *digits(char *end, uint64_t value, unsigned base, bool upper)
{
	do {
		unsigned digit = value % base;
		*--end = digit < 10 ? '0' + digit : (upper ? 'A' : 'a') + digit - 10;
		value /= base;
	} while (value);
	return end;
}

int rr_vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
{
	struct output out = { buffer, size, 0 };
	for (; *format; format++) {
		if (*format != '%') {
			put(&out, *format);
			continue;
		}
		bool left = false, prefix = false;
		char fill = ' ';
		for (format++; *format == '-' || *format == '0' || *format == '#'; format++) {
			left |= *format == '-';
			prefix |= *format == '#';
			if (*format == '0')
				fill = '0';
		}
		unsigned width = 0;
		for (; *format >= '0' && *format <= '9'; format++)
			width = width * 10 + (*format - '0');
		size_t precision = SIZE_MAX;
		if (*format == '.') {
			precision = 0;
			if (format[1] == '*') {
				format += 2;
				int given = va_arg(arguments, int);
				precision = given < 0 ? SIZE_MAX : (size_t)given;
			} else {
				for (format++; *format >= '0' && *format <= '9'; format++)
					precision = precision * 10 + (*format - '0');
			}
		}
		bool wide = false;
		for (; *format == 'l' || *format == 'z'; format++)
			wide = true;
		char number[24], *start, *end = number + sizeof(number);
		switch (*format) {
		case 'c':
			number[0] = (char)va_arg(arguments, int);
			put_padded(&out, number, 1, width, left, ' ');
			break;
		case 's': {
			const char *text = va_arg(arguments, const char *);
			if (!text)
				text = "(null)";
			put_padded(&out, text, strnlen(text, precision), width, left, ' ');
			break;
		}
		case 'd':
		case 'i': {
			int64_t value = wide ? va_arg(arguments, int64_t) : va_arg(arguments, int);
			start = digits(end, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, false);
			if (value < 0)
				*--start = '-';
			put_padded(&out, start, end - start, width, left, ' ');
			break;
		}
		case 'u':
		case 'x':
		case 'X': {
			uint64_t value = wide ? va_arg(arguments, uint64_t) : va_arg(arguments, unsigned);
			start = digits(end, value, *format == 'u' ? 10 : 16, *format == 'X');
			if (prefix && *format != 'u') {
				*--start = 'x';
				*--start = '0';
			}
			put_padded(&out, start, end - start, width, left, fill);
			break;
		}
		case 'p':
			start = digits(end, (uint64_t)va_arg(arguments, void *), 16, false);
			*--start = 'x';
			*--start = '0';
			put_padded(&out, start, end - start, width, left, ' ');
			break;
		case '%':
			put(&out, '%');
			break;
		default: /* unknown or cut off: show it as it stands */
			put(&out, '%');
			if (*format)
				put(&out, *format);
			else
				format--;
		}
	}
	if (size)
		buffer[rr_min(out.length, size - 1)] = 0;
	return (int)out.length;
}

int rr_snprintf(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = rr_vsnprintf(buffer, size, format, arguments);
	va_end(arguments);
	return length;
}
