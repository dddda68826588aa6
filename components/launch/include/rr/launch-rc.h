/*
 * Keys of the launch document that only images of several programs look at: which program is started, and `rc`. docs/interfaces.md section 7.
 * Thread context, once rr_launch_init() has run.
 */
#pragma once
#include <rr/launch.h>

/* The program's name the launcher (else the image's defaults) asks for, on the heap; NULL: none. */
const char *rr_launch_program(void);

/*
 * The launcher's `rc`, else the image's if the launcher says nothing of its own about what to run (program, args, cmdline), as arguments of the program that
 * runs it: for each command its mode ("", "&" or "|"), the number of words, the words. Empty when there is none or it is malformed, which
 * is reported on the log.
 */
void rr_launch_rc(struct rr_launch_list *arguments);
