/* Does nothing, so that what the libOS answers by itself can be measured. */
#include <unistd.h>

int main(void)
{
	for (;;)
		pause();
}
