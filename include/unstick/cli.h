#ifndef US_CLI_H
#define US_CLI_H

/* The whole program: reads the command line, runs the command, prints its report,
 * and returns the exit code. */
int us_cli_main(int argc, char **argv);

#endif
