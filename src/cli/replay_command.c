/* SPDX-License-Identifier: Apache-2.0 */
/* `fabricpulse replay FILE...`: captures through the whole pipeline, and the metrics as of the last
 * datagram.
 *
 * One worker, event time, hash seeds fixed: the same captures give the same bytes every time.
 */
#include <stdio.h>

#include "capture_flags_priv.h"
#include "cli_priv.h"
#include "command_line_priv.h"
#include "fabricpulse/base/hash.h"
#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/export/sflowrt.h"
#include "fabricpulse/io/pcap.h"
#include "fabricpulse/pipeline.h"
#include "settings.h"

#define OUTPUT_BYTES_MAX (4096u * 1024u * 1024u - 1u)
#define FILES_MAX        4096

enum replay_format {
	REPLAY_PROMETHEUS = 0, /* the first ones are enum export_format */
	REPLAY_OPENMETRICS,
	REPLAY_JSON,
	REPLAY_SFLOW_RT,
};

static const char *const format_names[] = { "prometheus", "openmetrics", "json", "sflow-rt", NULL };

struct replay_flags {
	char *speed;
	int format;
	uint32_t port;
};

static const struct option_row replay_rows[] = {
	{
	    .key = "speed",
	    .kind = OPTION_STRING,
	    .offset = offsetof(struct replay_flags, speed),
	    .fallback = "max",
	    .help = "How many times faster than real time; \"max\": as fast as possible.",
	},
	{
	    .key = "format",
	    .kind = OPTION_ENUM,
	    .offset = offsetof(struct replay_flags, format),
	    .fallback = "prometheus",
	    .help = "What is printed.",
	    .choices = format_names,
	},
	{
	    .key = "port",
	    .kind = OPTION_U32,
	    .offset = offsetof(struct replay_flags, port),
	    .fallback = "6343",
	    .min = 0,
	    .max = 65535,
	    .help = "UDP port that sFlow was sent to; 0: any.",
	},
};
static const struct option_table replay_table = { "", replay_rows, ARRAY_LEN(replay_rows) };

const struct flags_spec replay_spec = {
	.usage = "replay [flags] FILE...",
	.about = "Runs captures through the whole pipeline in event time and prints the metrics as "
	         "of the last "
	         "datagram.",
	.own = &replay_table,
	.schema = &settings_schema,
	.operands_max = FILES_MAX,
};

static bool print_metrics(const struct shards *shards, const struct settings *settings, int format)
{
	struct strbuf out;
	bool is_whole;

	strbuf_init(&out, OUTPUT_BYTES_MAX);
	if (format == REPLAY_SFLOW_RT) {
		sflowrt_print_ai_metrics(shards, &settings->analyze.compat, &out);
		is_whole = !out.failed;
	} else {
		const struct export_request request = { .format = (enum export_format)format };

		is_whole = export_metrics(shards, &settings->export, NULL, &request, &out) == FP_OK;
	}
	/* An empty text (AI Metrics before there is anything to say) has no memory to write
	 * from. */
	if (out.len > 0) {
		is_whole = is_whole && fwrite(out.at, 1, out.len, stdout) == out.len;
	}
	is_whole = is_whole && fflush(stdout) == 0;
	strbuf_deinit(&out);
	return is_whole;
}

static enum fp_err run_to_end(struct shards *shards, struct source *source,
                              const struct settings *settings)
{
	const struct pipeline_settings use = { .classify = &settings->classify,
		                               .analyze = &settings->analyze };
	struct pipeline *pipeline;
	enum fp_err err = pipeline_new(shards, &source, NULL, 1, &use, &pipeline);

	if (err != FP_OK) {
		source->ops->close(source);
		return err;
	}
	err = pipeline_run_to_end(pipeline);
	pipeline_free(pipeline);
	return err;
}

/* The topology and names of the configuration, as the daemon would use them; nothing is kept. */
static enum fp_err prepare(struct shards *shards, struct settings *settings)
{
	enum fp_err err = shards_init(shards, 1, &settings->limits);

	if (err != FP_OK) {
		return err;
	}
	err = topology_store_new(NULL, settings->topology.configured, &shards->topology);
	settings->topology.configured = NULL;
	shards->names = settings->names.overrides;
	if (err != FP_OK) {
		shards_deinit(shards);
	}
	return err;
}

static int replay(const struct flags *flags, const struct replay_flags *own,
                  struct settings *settings)
{
	struct pcap_options options = { .port = (uint16_t)own->port };
	struct shards shards;
	struct source *source;
	char problem[512];
	enum fp_err err;
	bool is_printed;

	if (!capture_speed_parse(own->speed, &options.speed)) {
		(void)fprintf(stderr, "--speed: expected \"max\" or a number above 0, got \"%s\"\n",
		              own->speed);
		return EXIT_USAGE;
	}
	hash_seed_fix(1);
	if (pcap_source_open_all(flags->operands, flags->operand_count, &options, &source, problem,
	                         sizeof problem) != FP_OK) {
		(void)fprintf(stderr, "%s\n", problem);
		return EXIT_FAILED;
	}
	err = prepare(&shards, settings);
	if (err != FP_OK) {
		source->ops->close(source);
		(void)fprintf(stderr, "%s\n", fp_err_text(err));
		return EXIT_FAILED;
	}
	err = run_to_end(&shards, source, settings);
	is_printed = err == FP_OK && print_metrics(&shards, settings, own->format);
	topology_store_free(shards.topology);
	shards_deinit(&shards);
	return is_printed ? EXIT_DONE : EXIT_FAILED;
}

int replay_command(int argc, char **argv)
{
	struct replay_flags own;
	struct settings settings;
	struct flags flags;
	int code;

	if (!command_line_read(argc, argv, &replay_spec, &own, &flags, &code)) {
		return code;
	}
	if (flags.operand_count == 0) {
		(void)fprintf(stderr, "replay: expected at least one FILE\n");
		code = EXIT_USAGE;
	} else if (!command_line_settings(&flags, &settings)) {
		code = EXIT_USAGE;
	} else {
		code = replay(&flags, &own, &settings);
		settings_release(&settings);
	}
	flags_release(&replay_spec, &own, &flags);
	return code;
}
