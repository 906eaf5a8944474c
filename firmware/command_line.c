/* Words of the loader's command line. */
#include "console.h"
#include "string.h"

/* The text after name in its word: "" for a bare word, "=value" for an assignment, NULL when it is absent. */
static const char *find_word(const char *name)
{
	u64 n = strlen(name);
	const char *p = command_line;

	while (*p) {
		while (*p == ' ')
			p++;
		if (!memcmp(p, name, n) && (p[n] == '\0' || p[n] == ' ' || p[n] == '='))
			return p + n;
		while (*p && *p != ' ')
			p++;
	}
	return NULL;
}

bool parameter_given(const char *name)
{
	return find_word(name) != NULL;
}

u64 parameter_number(const char *name, u64 otherwise)
{
	const char *p = find_word(name);
	u64 v = 0;

	if (!p || *p++ != '=')
		return otherwise;
	while (*p >= '0' && *p <= '9')
		v = v * 10 + *p++ - '0';
	return v;
}
