/* SPDX-License-Identifier: Apache-2.0 */
/* `fabricpulse decode`: what does my switch send? One object a sample, from captures or live.
 *
 * Standard output carries nothing but samples, unknown ones too, so that it can go straight into
 * jq. What could not be decoded is counted by reason and said on standard error at the end. A line
 * is built whole before it is written; the largest possible datagram fits by far.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "cli_priv.h"
#include "command_line_priv.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/io/pcap.h"
#include "fabricpulse/io/udp.h"
#include "sinks_priv.h"

/* A datagram of 64 KiB made of nothing but the most talkative records gives about 2 MB. */
#define LINE_BYTES_MAX       (16u << 20)
#define FILES_MAX            4096
#define POLL_MS              200
#define RECEIVE_BUFFER_BYTES (32u << 20)
#define DATAGRAM_BYTES       65535u

enum decode_format {
	DECODE_JSON = 0,
	DECODE_TEXT,
};

static const char *const format_names[] = { "json", "text", NULL };

struct decode_flags {
	int format; /* enum decode_format */
	uint32_t port;
	char *listen; /* "": files */
};

static const struct option_row decode_rows[] = {
	{
	    .key = "format",
	    .kind = OPTION_ENUM,
	    .offset = offsetof(struct decode_flags, format),
	    .fallback = "json",
	    .help = "How a sample is printed: one JSON object a line, or indented text.",
	    .choices = format_names,
	},
	{
	    .key = "listen",
	    .kind = OPTION_STRING,
	    .offset = offsetof(struct decode_flags, listen),
	    .fallback = "",
	    .help = "Listen on this address and port instead of reading files, until interrupted.",
	},
	{
	    .key = "port",
	    .kind = OPTION_U32,
	    .offset = offsetof(struct decode_flags, port),
	    .fallback = "6343",
	    .min = 0,
	    .max = 65535,
	    .help = "UDP port that sFlow was sent to in the files; 0: any.",
	},
};
static const struct option_table decode_table = { "", decode_rows, ARRAY_LEN(decode_rows) };

const struct flags_spec decode_spec = {
	.usage = "decode [flags] FILE... | --listen=ADDRESS:PORT",
	.about = "Prints every sample of captures, or of live sFlow, with every field by its name. "
	         "Faults "
	         "are counted and printed to standard error at the end.",
	.own = &decode_table,
	.operands_max = FILES_MAX,
};

struct decode_run {
	union {
		struct field_sink sink;
		struct json_sink json;
		struct text_sink text;
	};
	int format;
	struct strbuf line;
	uint64_t datagrams, samples;
	uint64_t faults[FP_WIRE_FAULT_END];
};

static volatile sig_atomic_t is_interrupted;

static void on_signal(int signal)
{
	(void)signal;
	is_interrupted = 1;
}

static void begin_line(struct decode_run *run)
{
	strbuf_clear(&run->line);
	if (run->format == DECODE_TEXT) {
		text_sink_init(&run->text, &run->line);
	} else {
		json_sink_init(&run->json, &run->line);
	}
}

static void describe_origin(const struct datagram *from, struct field_sink *sink)
{
	char time[CLOCK_TEXT_SIZE];
	char endpoint[ENDPOINT_TEXT_SIZE];

	sink->symbol(sink, "time", clock_text(from->time_ns, time));
	sink->u64(sink, "time_ns", from->time_ns, "ns");
	sink->symbol(sink, "from", endpoint_text(&from->from, endpoint));
}

/* False: standard output takes no more. */
static bool print_sample(struct decode_run *run, const struct datagram *from,
                         struct sflow_datagram *d, struct sflow_sample *s, uint32_t index)
{
	begin_line(run);
	if (run->format == DECODE_JSON) {
		run->sink.begin_object(&run->sink, NULL);
	}
	describe_origin(from, &run->sink);
	describe_datagram(d, &run->sink);
	describe_sample(d, s, "sample", index, &run->sink);
	if (run->format == DECODE_JSON) {
		run->sink.end_object(&run->sink);
	}
	strbuf_putc(&run->line, '\n');
	if (run->line.failed) {
		return false;
	}
	return fwrite(run->line.at, 1, run->line.len, stdout) == run->line.len;
}

static bool print_datagram(struct decode_run *run, const struct datagram *from)
{
	struct sflow_datagram d;
	struct sflow_sample s;
	bool is_good = true;

	run->datagrams++;
	if (from->is_truncated) {
		run->faults[FP_TRUNCATED_DATAGRAM]++;
	}
	if (sflow_datagram_open(from->payload, &d) == FP_OK) {
		for (uint32_t i = 0; is_good && sflow_sample_next(&d, &s); i++) {
			run->samples++;
			is_good = print_sample(run, from, &d, &s, i);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(d.faults); i++) {
		run->faults[i] += d.faults[i];
	}
	return is_good;
}

/* Until the source has no more, the reader of standard output has gone, or a signal came. */
static enum fp_err print_source(struct decode_run *run, struct source *source)
{
	static struct datagram_batch batch; /* large */
	enum fp_err err = FP_OK;

	while (err == FP_OK && !is_interrupted) {
		err = source->ops->receive(source, &batch, POLL_MS);
		for (size_t i = 0; err == FP_OK && i < batch.count; i++) {
			err = print_datagram(run, &batch.at[i]) ? FP_OK : FP_SYSTEM;
		}
		if (source->is_live && fflush(stdout) == EOF) {
			err = FP_SYSTEM;
		}
		if (err == FP_SYSTEM && errno == EINTR) {
			err = FP_OK;
		}
	}
	return err == FP_END || is_interrupted ? FP_OK : err;
}

static void print_summary(const struct decode_run *run, const struct source_stats *stats)
{
	uint64_t skipped = counter_get(&stats->not_sflow);
	uint64_t fragments = counter_get(&stats->ip_fragments);
	uint64_t drops = counter_get(&stats->kernel_drops);

	(void)fprintf(stderr, "datagrams=%llu samples=%llu", (unsigned long long)run->datagrams,
	              (unsigned long long)run->samples);
	if (skipped > 0) {
		(void)fprintf(stderr, " other_packets=%llu", (unsigned long long)skipped);
	}
	if (fragments > 0) {
		(void)fprintf(stderr, " ip_fragments=%llu", (unsigned long long)fragments);
	}
	if (drops > 0) {
		(void)fprintf(stderr, " kernel_drops=%llu", (unsigned long long)drops);
	}
	for (size_t i = 0; i < ARRAY_LEN(run->faults); i++) {
		if (run->faults[i] > 0) {
			(void)fprintf(stderr, " %s=%llu", fp_err_label((enum fp_err)i),
			              (unsigned long long)run->faults[i]);
		}
	}
	(void)fputc('\n', stderr);
}

static int decode(struct source *source, int format)
{
	static struct decode_run run;
	enum fp_err err;

	run.format = format;
	strbuf_init(&run.line, LINE_BYTES_MAX);
	err = print_source(&run, source);
	if (fflush(stdout) == EOF) {
		err = FP_SYSTEM;
	}
	print_summary(&run, &source->stats);
	strbuf_deinit(&run.line);
	return err == FP_OK ? EXIT_DONE : EXIT_FAILED;
}

static int decode_files(const struct flags *flags, const struct decode_flags *own)
{
	const struct pcap_options options = { .port = (uint16_t)own->port };
	struct source *source;
	char problem[512];
	int code;

	if (pcap_source_open_all(flags->operands, flags->operand_count, &options, &source, problem,
	                         sizeof problem) != FP_OK) {
		(void)fprintf(stderr, "%s\n", problem);
		return EXIT_FAILED;
	}
	code = decode(source, own->format);
	source->ops->close(source);
	return code;
}

static int decode_live(const struct decode_flags *own)
{
	struct udp_config config = {
		.listen = { .count = 1 },
		.workers = 1,
		.receive_buffer_bytes = RECEIVE_BUFFER_BYTES,
		.datagram_bytes = DATAGRAM_BYTES,
	};
	struct udp_group *group;
	char problem[512];
	int code;

	if (endpoint_parse(own->listen, &config.listen.at[0]) != FP_OK) {
		(void)fprintf(stderr, "--listen: expected ADDRESS:PORT, got \"%s\"\n", own->listen);
		return EXIT_USAGE;
	}
	if (udp_group_open(&config, &group, problem, sizeof problem) != FP_OK) {
		(void)fprintf(stderr, "%s\n", problem);
		return EXIT_FAILED;
	}
	code = decode(udp_group_source(group, 0), own->format);
	udp_group_close(group);
	return code;
}

/* Both end a live decoding and a long file with its summary. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

int decode_command(int argc, char **argv)
{
	struct decode_flags own;
	struct flags flags;
	bool is_live;
	int code;

	if (!command_line_read(argc, argv, &decode_spec, &own, &flags, &code)) {
		return code;
	}
	is_live = own.listen[0] != '\0';
	if ((flags.operand_count > 0) == is_live) {
		(void)fprintf(stderr, "decode: expected FILE... or --listen=ADDRESS:PORT\n");
		code = EXIT_USAGE;
	} else {
		catch_signals();
		code = is_live ? decode_live(&own) : decode_files(&flags, &own);
	}
	flags_release(&decode_spec, &own, &flags);
	return code;
}
