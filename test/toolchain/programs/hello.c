#include <stdio.h>

int main(int argc, char **argv)
{
	printf("Hello %d!\n", argc);
	return 0;
}
