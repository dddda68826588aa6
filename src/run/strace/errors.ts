import { constants } from "node:os";

/** What strerror(3) says, by number from 1 on: strace's explanations. Empty where Linux has no such number. */
const MESSAGES = `Operation not permitted|No such file or directory|No such process|Interrupted system call|Input/output error|No such device or address
Argument list too long|Exec format error|Bad file descriptor|No child processes|Resource temporarily unavailable|Cannot allocate memory|Permission denied
Bad address|Block device required|Device or resource busy|File exists|Invalid cross-device link|No such device|Not a directory|Is a directory
Invalid argument|Too many open files in system|Too many open files|Inappropriate ioctl for device|Text file busy|File too large
No space left on device|Illegal seek|Read-only file system|Too many links|Broken pipe|Numerical argument out of domain|Numerical result out of range
Resource deadlock avoided|File name too long|No locks available|Function not implemented|Directory not empty|Too many levels of symbolic links`
  .split(/[|\n]/);

/** Those beyond the first forty that a libOS has use for. */
const MORE: Readonly<Record<number, string>> = {
  61: "No data available", 62: "Timer expired", 71: "Protocol error", 75: "Value too large for defined data type", 88: "Socket operation on non-socket",
  89: "Destination address required", 90: "Message too long", 92: "Protocol not available", 93: "Protocol not supported", 95: "Operation not supported",
  97: "Address family not supported by protocol", 98: "Address already in use", 99: "Cannot assign requested address", 101: "Network is unreachable",
  103: "Software caused connection abort", 104: "Connection reset by peer", 105: "No buffer space available", 106: "Transport endpoint is already connected",
  107: "Transport endpoint is not connected", 110: "Connection timed out", 111: "Connection refused", 113: "No route to host",
  114: "Operation already in progress", 115: "Operation now in progress", 116: "Stale file handle", 122: "Disk quota exceeded", 125: "Operation canceled",
  130: "Owner died", 131: "State not recoverable",
};

/** Inside the kernel only: the call is done again, or fails with EINTR, depending on what the signal's handler asks for. */
const RESTARTS: Readonly<Record<number, string>> = {
  512: "ERESTARTSYS (To be restarted if SA_RESTART is set)",
  513: "ERESTARTNOINTR (To be restarted)",
  514: "ERESTARTNOHAND (To be restarted if no handler)",
  516: "ERESTART_RESTARTBLOCK (Interrupted by signal)",
};

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
// Two names for one number: strace's choice. And those node does not know.
for (const [number, name] of [[11, "EAGAIN"], [35, "EDEADLK"], [95, "EOPNOTSUPP"], [10, "ECHILD"], [15, "ENOTBLK"], [130, "EOWNERDEAD"], [131, "ENOTRECOVERABLE"]] as const) {
  names.set(number, name);
}

/** "-1 ENOENT (No such file or directory)" for error number 2. */
export function errorText(number: number): string {
  const restart = RESTARTS[number];
  if (restart !== undefined) {
    return `? ${restart}`;
  }
  const message = MESSAGES[number - 1] ?? MORE[number];
  return `-1 ${names.get(number) ?? `error ${number}`}${message === undefined ? "" : ` (${message})`}`;
}
