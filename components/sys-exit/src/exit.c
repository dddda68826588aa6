#include <rr/process.h>

long rr_sys_exit(int code);
long rr_sys_exit_group(int code);

long rr_sys_exit(int code) { rr_task_exit((code & 0xff) << 8); }
long rr_sys_exit_group(int code) { rr_process_exit((code & 0xff) << 8); }
