/* The smallest program that needs all of printf: the format has an argument that is only known at run time. */
#include <stdio.h>

int main(int argc, char *argv[]) {
  printf("Hello, %s!\n", argc > 1 ? argv[1] : "world");
  return 0;
}
