/* `policies` of unstick.yaml: files, each with its settings. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "settings.h"
#include "unstick/auto.h"
#include "unstick/file.h"
#include "yaml_json.h"
#include "yaml_value.h"

/* In order, so that of two that are as near the same one is named everywhere. */
static us_code read_names(us_strs *names, const char *folder, us_err *err)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, NULL, alphasort);
	us_code rc = US_OK;

	for (int i = 0; i < n; i++) {
		if (rc == US_OK && entries[i]->d_name[0] != '.')
			rc = us_strs_add(names, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* With the name beside it that was probably meant. */
static us_code no_such_file(const us_policy_file *p, const us_value *v, us_err *err)
{
	US_AUTO(auto_str) char *folder = NULL;
	US_AUTO(auto_str) char *meant = NULL;
	const char *slash = strrchr(p->path, '/'), *near = NULL;
	us_strs names = { 0 };
	us_code rc = us_path_parent(&folder, p->path, err);

	if (rc == US_OK)
		rc = read_names(&names, folder, err);
	if (rc == US_OK)
		near = us_nearest(slash ? slash + 1 : p->path,
			(const char *const *)names.items, names.len);
	if (near)
		rc = us_path_join(&meant, folder, near, err);
	us_strs_fini(&names);
	if (rc != US_OK)
		return rc;
	return us_value_fail(v, err, "names a file that doesn't exist: %s%s%s%s",
		p->path, meant ? "; did you mean " : "", meant ? meant : "",
		meant ? "?" : "");
}

static us_code policy_path(us_policy_file *p, const us_value *v, us_err *err)
{
	us_code rc = us_value_text(v, err);

	if (rc == US_OK)
		rc = us_path_join(&p->path, v->base, v->text, err);
	if (rc == US_OK && us_directory_exists(p->path))
		rc = us_value_fail(
			v, err, "names a folder, not a policy file: %s", p->path);
	else if (rc == US_OK && access(p->path, F_OK) != 0)
		rc = no_such_file(p, v, err);
	else if (rc == US_OK && !us_file_exists(p->path))
		rc = us_value_fail(
			v, err, "names something that is no file: %s", p->path);
	p->line = v->line;
	return rc;
}

static us_code policy_field(us_policy_file *p, const us_value *map,
	const yaml_node_pair_t *pair, us_err *err)
{
	static const char *const known[] = { "file", "with" };
	US_AUTO(auto_str) char *name = NULL;
	US_AUTO(auto_str) char *section = NULL;
	const char *key;
	us_code rc = us_yaml_key(map, pair, &key, err);
	us_value v;

	if (rc)
		return rc;
	rc = us_strf(&name, err, "%s.%s", map->key, key);
	if (rc)
		return rc;
	v = us_yaml_value(map, name, us_yaml_node(map, pair->value));
	if (strcmp(key, "file") == 0)
		return policy_path(p, &v, err);
	if (strcmp(key, "with") == 0) {
		rc = us_yaml_object(&p->with, &v, err);
		return rc ? rc : us_yaml_lines(&p->with_lines, &v, err);
	}
	rc = us_strf(&section, err, "%s.", map->key);
	return rc ? rc
		  : us_yaml_unknown_key(map, section, key,
			    us_yaml_line(us_yaml_node(map, pair->key)), known,
			    US_LEN(known), err);
}

/* policies/x.lua, or { file: policies/x.lua, with: {...} } */
static us_code read_policy(us_policy_file *p, const us_value *v, us_err *err)
{
	const yaml_node_t *n = v->node;
	us_code rc = US_OK;

	if (n->type == YAML_SCALAR_NODE)
		return policy_path(p, v, err);
	if (n->type != YAML_MAPPING_NODE)
		return us_value_fail(v, err,
			"has to be a file, or { file: ..., with: { ... } }");
	for (const yaml_node_pair_t *pair = n->data.mapping.pairs.start;
		rc == US_OK && pair < n->data.mapping.pairs.top; pair++)
		rc = policy_field(p, v, pair, err);
	if (rc == US_OK && !p->path)
		rc = us_value_fail(v, err, "is without `file`");
	return rc;
}

us_code us_set_policies(
	const us_key *key, void *slot, const us_value *v, us_err *err)
{
	us_config *c = slot;
	const yaml_node_t *n = v->node;
	us_code rc = US_OK;
	size_t len;

	if (n->type != YAML_SEQUENCE_NODE)
		return us_value_fail(v, err, "has to be a list of files");
	len = (size_t)(n->data.sequence.items.top - n->data.sequence.items.start);
	c->policies = calloc(len + 1, sizeof(*c->policies));
	if (!c->policies)
		return us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; rc == US_OK && i < len; i++) {
		us_policy_file *p = &c->policies[c->policies_len];
		US_AUTO(auto_str) char *name = NULL;
		us_value one;

		rc = us_strf(&name, err, "%s[%zu]", key->name, i);
		if (rc)
			return rc;
		one = us_yaml_value(
			v, name, us_yaml_node(v, n->data.sequence.items.start[i]));
		rc = read_policy(p, &one, err);
		if (rc == US_OK)
			c->policies_len++;
		else
			us_policy_file_fini(p);
		rc = us_yaml_note(v, rc, err);
	}
	return rc;
}
