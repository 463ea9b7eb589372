/* eval: how good is unstick's evidence? Real histories are broken in every possible
 * place, and the real program is asked what happened. Nothing here is shared with
 * what is measured. Exits 0, 1 if something fell short, 77 without a corpus: then
 * only our own histories were tried. */
#include <stdio.h>
#include <stdlib.h>

#include "lab.h"
#include "random.h"
#include "say.h"
#include "table.h"

/* Providers that there is no lab for are left out. */
static void keep_known(corpus *c, const char *provider)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		project swapped = c->items[n];
		const lab_ops *ops = lab_for(c->items[i].provider);

		if (!ops || (provider && lab_for(provider) != ops))
			continue;
		c->items[n++] = c->items[i];
		c->items[i] = swapped;
	}
	for (size_t i = n; i < c->n; i++)
		project_free(&c->items[i]);
	c->n = n;
}

/* False: there are none but our own. */
static bool gather(corpus *c, const options *o)
{
	bool found;

	if (o->random) {
		random_projects(c, o->random, o->seed, o->provider);
		return true;
	}
	corpus_add(c, US_HISTORIES, o->project, true);
	found = corpus_add(c, o->corpus, o->project, false) > 0 || o->project;
	keep_known(c, o->provider);
	return found;
}

int main(int argc, char **argv)
{
	findings all = { 0 };
	corpus c = { 0 };
	options o;
	bool found, ok;

	options_read(&o, argc, argv);
	found = gather(&c, &o);
	work(&all, &o, &c);
	table_print(&all, &c, o.random > 0);
	table_losses(&all);
	if (o.show)
		table_list(&all, o.show);
	ok = table_judge(&all, &c, &o);
	if (!found)
		printf("skipped: all real histories, none are in %s (US_CORPUS)\n",
			o.corpus);
	findings_free(&all);
	corpus_free(&c);
	if (!ok)
		return 1;
	return found ? 0 : 77;
}
