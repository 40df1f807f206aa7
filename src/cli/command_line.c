/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning that commands share. A command that is asked for help gives it even when the rest
 * of its line is wrong. */
#include "command_line_priv.h"

#include <stdio.h>

#include "cli_priv.h"
#include "version.h"

#define TEXT_BYTES_MAX (1u << 20)

static void print_and_drop(struct strbuf *text, FILE *to)
{
	(void)fputs(text->at != NULL ? text->at : "out of memory\n", to);
	strbuf_deinit(text);
}

static void print_problems(struct option_problems *problems)
{
	struct strbuf text;

	strbuf_init(&text, TEXT_BYTES_MAX);
	problems_print(problems, &text);
	print_and_drop(&text, stderr);
}

static void print_answer(const struct flags_spec *spec, const struct flags *flags)
{
	struct strbuf text;

	strbuf_init(&text, TEXT_BYTES_MAX);
	if (flags->wants_help) {
		flags_print_help(spec, &text);
	} else {
		version_print(&text);
	}
	print_and_drop(&text, stdout);
}

bool command_line_read(int argc, char **argv, const struct flags_spec *spec, void *own,
                       struct flags *flags, int *code)
{
	struct option_problems *problems = problems_new();
	enum fp_err err = FP_NO_MEMORY;
	bool wants_answer;

	*flags = (struct flags){ .config_file = NULL };
	if (problems != NULL) {
		err = flags_parse(argc, argv, spec, own, flags, problems);
	}
	wants_answer = flags->wants_help || flags->wants_version;
	if (wants_answer) {
		print_answer(spec, flags);
		*code = EXIT_DONE;
	} else if (err == FP_BAD_CONFIG) {
		print_problems(problems);
		*code = EXIT_USAGE;
	} else if (err != FP_OK) {
		(void)fprintf(stderr, "%s\n", fp_err_text(err));
		*code = EXIT_FAILED;
	}
	if (err == FP_OK && wants_answer) {
		flags_release(spec, own, flags);
	}
	problems_free(problems);
	return err == FP_OK && !wants_answer;
}

bool command_line_settings(const struct flags *flags, struct settings *out)
{
	struct option_problems *problems = problems_new();
	bool is_good;

	if (problems == NULL) {
		(void)fprintf(stderr, "%s\n", fp_err_text(FP_NO_MEMORY));
		return false;
	}
	is_good = settings_load(flags, out, problems) == FP_OK;
	if (!is_good) {
		print_problems(problems);
	}
	problems_free(problems);
	return is_good;
}
