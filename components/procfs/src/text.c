#include <rr/heap.h>
#include <rr/print.h>
#include <rr/string.h>
#include "internal.h"

static bool make_room(struct text *text, size_t more)
{
	if (text->length + more <= text->room)
		return true;
	size_t room = rr_max(text->length + more, text->room * 2);
	char *data = rr_alloc(room);
	if (!data) {
		text->failed = true;
		return false;
	}
	if (text->length)
		memcpy(data, text->data, text->length);
	rr_free(text->data);
	text->data = data;
	text->room = room;
	return true;
}

static void add(struct text *text, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	size_t length = rr_vsnprintf(NULL, 0, format, arguments);
	if (make_room(text, length + 1)) {
		rr_vsnprintf(text->data + text->length, length + 1, format, again);
		text->length += length;
	}
	va_end(again);
}

void text_add(struct text *text, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(text, format, arguments);
	va_end(arguments);
}

void rr_proc_print(struct rr_proc_writer *writer, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(writer->text, format, arguments);
	va_end(arguments);
}

void text_add_path(struct text *text, struct rr_inode *inode)
{
	long length = inode ? rr_inode_path(inode, NULL, 0) : 1;
	if (length < 0) {
		text_add(text, "(deleted)");
	} else if (!inode) {
		text_add(text, "/");
	} else if (make_room(text, length + 1)) {
		rr_inode_path(inode, text->data + text->length, length);
		text->length += length;
	}
}
