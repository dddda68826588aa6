/* wc: how many lines, words and bytes standard input has. */
#include <ctype.h>
#include <stdio.h>

int main(void)
{
	long lines = 0, words = 0, bytes = 0;
	int c, last = ' ';
	while ((c = getchar()) != EOF) {
		bytes++;
		lines += c == '\n';
		words += !isspace(c) && isspace(last);
		last = c;
	}
	printf("%ld %ld %ld\n", lines, words, bytes);
	return 0;
}
