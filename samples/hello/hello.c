/*
 * hello: the smallest guest. It shows the way a line takes to the console: SERVC with an event buffer, a wait for the
 * service-signal external interruption, the next line. Words given on the command line are greeted by name.
 */
#include "console.h"

int main(void)
{
	printf("Hello from a z/Architecture guest.\n");
	if (command_line[0])
		printf("command line: %s\n", command_line);
	return 0;
}
