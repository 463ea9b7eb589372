#include "unstick/cli.h"

int main(int argc, char **argv)
{
	return us_cli_main(argc, argv);
}
