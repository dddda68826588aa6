/* Who a process is to sockets: rr/socket.h. */
#include <rr/abi/fcntl.h>
#include <rr/abi/signal.h>
#include <rr/process.h>
#include <rr/signal.h>
#include <rr/socket.h>

struct rr_abi_ucred rr_socket_credentials(bool effective)
{
	const struct rr_process *process = rr_current_process();
	enum rr_credential which = effective ? RR_EFFECTIVE : RR_REAL;
	return (struct rr_abi_ucred){ process->pid, process->credentials.uid[which], process->credentials.gid[which] };
}

static bool is_one_of(uint32_t id, const uint32_t ids[4]) { return id == ids[RR_REAL] || id == ids[RR_EFFECTIVE] || id == ids[RR_SAVED]; }

int rr_socket_check_credentials(const struct rr_abi_ucred *claimed)
{
	const struct rr_process *process = rr_current_process();
	if ((claimed->pid != process->pid && !rr_capable(CAP_SYS_ADMIN)) ||
	    (!is_one_of(claimed->uid, process->credentials.uid) && !rr_capable(CAP_SETUID)) ||
	    (!is_one_of(claimed->gid, process->credentials.gid) && !rr_capable(CAP_SETGID)))
		return -EPERM;
	return claimed->pid == process->pid || rr_process_find(claimed->pid) ? 0 : -ESRCH;
}

void rr_socket_signal_urgent(const struct rr_file *file)
{
	struct rr_process *process;
	if (file->owner < 0 || (file->owner && file->owner_type == F_OWNER_PGRP))
		rr_signal_group(file->owner < 0 ? -file->owner : file->owner, SIGURG);
	else if (file->owner && (process = rr_process_find(file->owner)))
		rr_signal_process(process, SIGURG, NULL);
}
