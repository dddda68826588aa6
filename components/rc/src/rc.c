/* Chooses what is started in an image of several programs: one by name, or the program that runs `rc`. Joins only such images. */
#include <rr/exec.h>
#include <rr/image.h>
#include <rr/launch-rc.h>
#include <rr/panic.h>

/* programs/rc, which bake puts behind the others. */
#define RUNNER "rr-rc"

void rr_rc_init(void);

static void choose(const char *name)
{
	const struct rr_image_program *program = rr_exec_find(name);
	if (!program)
		rr_panic("the launch document asks for the program %s, which is not in the image", name);
	rr_image_first = (uint32_t)(program - rr_image_table()->programs);
}

void rr_rc_init(void)
{
	struct rr_launch_list commands;
	const char *name = rr_launch_program();
	rr_launch_rc(&commands);
	if (commands.count) {
		choose(RUNNER);
		rr_launch.args = commands;
		rr_launch.argv0 = NULL;
	} else if (name) {
		choose(name);
	}
}
