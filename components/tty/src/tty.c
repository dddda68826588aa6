#include <rr/tty.h>

#include <rr/abi/errno.h>
#include <rr/abi/fcntl.h>
#include <rr/abi/poll.h>
#include <rr/abi/stat.h>
#include <rr/console.h>
#include <rr/control.h>
#include <rr/inode.h>
#include <rr/launch.h>

/* Bytes moved at a time: they go through the libOS's stack. */
#define CHUNK 256
#define TERMINAL_DEVICE RR_DEVICE(5, 1)

void rr_tty_init(void);

const struct rr_tty_input *rr_tty_input;
struct rr_abi_winsize rr_tty_window;
static int open_again(struct rr_inode *inode, uint32_t flags, struct rr_file **out);
static const struct rr_inode_ops inode_ops = { .open = open_again };
static struct rr_inode inodes[3]; /* refer to themselves: never evicted */

unsigned rr_tty_which(const struct rr_file *file) { return (uintptr_t)file->data; }
bool rr_tty_is_terminal(const struct rr_file *file) { return rr_launch.tty >> rr_tty_which(file) & 1; }

static long put(struct rr_file *file, const void *bytes, size_t length)
{
	struct rr_control_piece piece = { bytes, length };
	bool apart = rr_tty_which(file) == 2 && rr_launch.split;
	if (apart && rr_control_send(RR_CONTROL_STDERR, &piece, 1))
		return length;
	int error = rr_tty_input && rr_tty_is_terminal(file) ? rr_tty_input->write(bytes, length) : 0;
	if (error)
		return error;
	return rr_console_write(bytes, length, file->flags & O_NONBLOCK);
}

static long tty_write(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	char chunk[CHUNK];
	long done = 0;
	(void)position;
	while (uio->remaining) {
		size_t count = rr_min(uio->remaining, sizeof(chunk));
		long result = rr_uio_read(uio, chunk, count);
		if (!result)
			result = put(file, chunk, count);
		if (result < 0)
			return done ? done : result;
		done += result;
		if ((size_t)result < count)
			break;
	}
	return done;
}

static long tty_read(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	(void)position;
	return rr_tty_input && !(rr_launch.tty & RR_LAUNCH_STDIN_EMPTY) ? rr_tty_input->read(file, uio) : 0;
}

static unsigned tty_poll(struct rr_file *file, struct rr_poll_table *table)
{
	unsigned ready = (file->flags & O_ACCMODE) != O_RDONLY && rr_console_writable() ? POLLOUT | POLLWRNORM : 0;
	if ((file->flags & O_ACCMODE) != O_WRONLY)
		ready |= rr_tty_input && !(rr_launch.tty & RR_LAUNCH_STDIN_EMPTY) ? rr_tty_input->poll(file, table) : POLLIN | POLLRDNORM | POLLHUP;
	return ready;
}

static long tty_ioctl(struct rr_file *file, unsigned command, uint64_t argument)
{
	bool terminal = rr_tty_is_terminal(file);
	if (terminal && command == TIOCGWINSZ)
		return rr_put_user(rr_tty_window, argument);
	if (rr_tty_input && (terminal || command == FIONREAD))
		return rr_tty_input->ioctl(file, command, argument);
	return -ENOTTY;
}

static const struct rr_file_ops tty_ops = { .read = tty_read, .write = tty_write, .poll = tty_poll, .ioctl = tty_ioctl };

/* By name again (/dev/stdout, /proc/self/fd/1): another open file of the same stream. */
static int open_again(struct rr_inode *inode, uint32_t flags, struct rr_file **out)
{
	int error = rr_vfs_open_console(inode - inodes, out);
	if (!error)
		(*out)->flags |= flags & (O_NONBLOCK | O_APPEND);
	return error;
}

static int open_console(unsigned which, struct rr_file **out)
{
	static const uint32_t pipe_modes[3] = { O_RDONLY, O_WRONLY, O_WRONLY };
	if (which & RR_CONSOLE_CONTROLLING && rr_tty_jobs && !rr_tty_jobs->has_terminal())
		return -ENXIO;
	which &= ~RR_CONSOLE_CONTROLLING;
	bool terminal = rr_launch.tty >> which & 1;
	struct rr_inode *inode = &inodes[which];
	if (!inode->refs) {
		inode->ops = &inode_ops;
		inode->refs = 1;
		inode->nlink = 1;
		inode->number = 1 + which;
		inode->mode = terminal ? S_IFCHR | 0620 : S_IFIFO | 0600;
		inode->rdev = terminal ? TERMINAL_DEVICE : 0;
	}
	inode->refs++;
	return rr_file_create(&tty_ops, inode, terminal ? O_RDWR : pipe_modes[which], (void *)(uintptr_t)which, out);
}

void rr_tty_init(void)
{
	rr_tty_window.rows = rr_launch.rows;
	rr_tty_window.columns = rr_launch.cols;
	rr_vfs_set_console(open_console);
	/* A program that never reads is interrupted by the keyboard all the same. */
	if (rr_launch.tty & RR_LAUNCH_TTY_STDIN)
		rr_tty_start_input();
}
