/* Help is made from the same tables that the command line is read with. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"

#define OPTIONS "Options (* also as a variable: UNSTICK_FORMAT and so on):\n"

static void print_options(FILE *out, const struct cmd *cmd)
{
	for (size_t i = 0; i < options_len; i++) {
		const struct option *o = &options[i];

		if (!option_goes_with(o, cmd))
			continue;
		fprintf(out, "%c %-14s %-5s %s\n", o->variable ? '*' : ' ', o->name,
			o->value ? o->value : "", o->summary);
	}
}

static void print_command(FILE *out, const struct cmd *cmd)
{
	fprintf(out, "unstick %s%s%s: %s\n\n%s\n" OPTIONS, cmd->name,
		*cmd->usage ? " " : "", cmd->usage, cmd->summary, cmd->help);
	print_options(out, cmd);
}

/* "explain NAME      one stuck migration ..." */
static void print_summary(FILE *out, const struct cmd *cmd)
{
	const char *usage = cmd->args > 0 ? cmd->usage : "";
	const char *rest = strstr(usage, " ["); /* told by --help */
	int words = (int)(rest ? (size_t)(rest - usage) : strlen(usage));

	fprintf(out, "  %s %.*s%*s %s\n", cmd->name, words, usage,
		18 - (int)strlen(cmd->name) - words, "", cmd->summary);
}

void help_print(FILE *out, const struct cmd *cmd)
{
	if (cmd) {
		print_command(out, cmd);
		return;
	}
	fputs("unstick resolves failed Prisma migrations (P3009): it finds out "
	      "what really\n"
	      "happened in the database, asks your policies what to do about it, "
	      "checks\n"
	      "their answer against the facts, and does it in one transaction.\n"
	      "\n"
	      "Usage: unstick COMMAND [options]\n"
	      "\n",
		out);
	for (size_t i = 0; commands[i]; i++)
		print_summary(out, commands[i]);
	fputs("\n`unstick help COMMAND` tells more about one.\n\n" OPTIONS, out);
	print_options(out, NULL);
	fputs("\n"
	      "The database is DIRECT_URL or DATABASE_URL, the migrations "
	      "prisma/migrations;\n"
	      "nothing needs to be configured. Start with `unstick status`, then "
	      "`unstick\n"
	      "audit`, then `unstick resolve`.\n"
	      "\n"
	      "Exit codes: 0 nothing to do, or all done; 1 error; 2 audit: cases "
	      "found, all\n"
	      "decided; 3 needs a person; 64 usage; 69 database unreachable; 75 "
	      "lock or\n"
	      "deadline not met; 78 configuration.\n",
		out);
}
