/* The function that is called by a name when this library is not there. */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>

#define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))
