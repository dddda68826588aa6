/* musl's stdio_impl.h includes "syscall.h" from its own folder; the one beside this file has to come first. (In angle brackets:
   #include_next works only for a file that was found on the include path.) */
#include <syscall.h>
#include_next <stdio_impl.h>
