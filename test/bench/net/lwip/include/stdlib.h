#pragma once
#include <rr/string.h>
int atoi(const char *text);
