#include <stdio.h>
#include <unistd.h>
int main(void) {
  return puts("Hello!") < 0 || sleep(3) != 0 || puts("Goodbye!") < 0;
}
