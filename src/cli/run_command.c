/* SPDX-License-Identifier: Apache-2.0 */
/* `fabricpulse run`: the daemon in the foreground.
 *
 * Signals are blocked in all threads and taken here, one after another: SIGHUP reloads, SIGTERM and
 * SIGINT end. Between signals the main thread looks once a second whether workers and ticker went
 * round; only then is systemd's watchdog answered, so that a daemon which hangs is restarted
 * instead of reporting stale numbers.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "capture_flags_priv.h"
#include "cli_priv.h"
#include "command_line_priv.h"
#include "daemon_priv.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/log.h"
#include "fabricpulse/base/notify.h"

#define PROBLEM_SIZE 65536u

struct run_flags {
	char *pcap;
	char *interface;
	char *speed;
	uint32_t port;
};

static const struct option_row run_rows[] = {
	{
	    .key = "pcap",
	    .kind = OPTION_STRING,
	    .offset = offsetof(struct run_flags, pcap),
	    .fallback = "",
	    .help = "Read this capture instead of listening; keep serving after its end.",
	},
	{
	    .key = "interface",
	    .kind = OPTION_STRING,
	    .offset = offsetof(struct run_flags, interface),
	    .fallback = "",
	    .help = "Capture sFlow from this interface instead of listening.",
	},
	{
	    .key = "speed",
	    .kind = OPTION_STRING,
	    .offset = offsetof(struct run_flags, speed),
	    .fallback = "1",
	    .help = "How many times faster than real time a capture is read; \"max\": as fast as "
	            "possible.",
	},
	{
	    .key = "port",
	    .kind = OPTION_U32,
	    .offset = offsetof(struct run_flags, port),
	    .fallback = "6343",
	    .min = 0,
	    .max = 65535,
	    .help = "UDP port that sFlow was sent to, in a capture; 0: any.",
	},
};
static const struct option_table run_table = { "", run_rows, ARRAY_LEN(run_rows) };

const struct flags_spec run_spec = {
	.usage = "[run] [flags]",
	.about = "Collects sFlow over UDP and serves metrics over HTTP.",
	.own = &run_table,
	.schema = &settings_schema,
};

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	(void)signal(SIGPIPE, SIG_IGN); /* SIG_IGN for a valid signal cannot fail */
}

static void reload(struct daemon *d)
{
	static char problem[PROBLEM_SIZE];
	char state[96];

	(void)snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%llu",
	               (unsigned long long)(clock_monotonic_ns() / 1000));
	notify_send(state);
	notify_send(daemon_reload(d, problem, sizeof problem)
	                ? "READY=1\nSTATUS=reloaded"
	                : "READY=1\nSTATUS=reload failed, old configuration kept");
}

/* Once a second: progress, watchdog, the end of a capture. */
static void look_after(struct daemon *d, bool *said_done)
{
	const bool is_healthy = pipeline_makes_progress(d->pipeline);

	atomic_store_explicit(&d->is_healthy, is_healthy, memory_order_relaxed);
	if (is_healthy && notify_watchdog_ns() != 0) {
		notify_send("WATCHDOG=1");
	}
	if (!is_healthy) {
		static struct log_throttle throttle;

		if (log_due(&throttle, 10)) {
			log_error("main", "a worker or the ticker makes no progress", "");
		}
	}
	if (!*said_done && pipeline_is_done(d->pipeline)) {
		*said_done = true;
		log_info("main", "capture ended, still serving", "");
	}
}

static void serve(struct daemon *d, const sigset_t *signals)
{
	const struct timespec second = { .tv_sec = 1 };
	uint64_t looked_ns = clock_monotonic_ns();
	bool said_done = false;

	for (;;) {
		const int signal_number = sigtimedwait(signals, NULL, &second);

		if (signal_number == SIGTERM || signal_number == SIGINT) {
			return;
		}
		if (signal_number == SIGHUP) {
			reload(d);
		}
		if (clock_monotonic_ns() - looked_ns >= NS_PER_SECOND) {
			looked_ns = clock_monotonic_ns();
			look_after(d, &said_done);
		}
	}
}

static void say_ready(struct daemon *d)
{
	struct endpoint at[OPTION_LIST_MAX];
	char text[ENDPOINT_TEXT_SIZE];
	const size_t count = http_endpoints(d->http, at, ARRAY_LEN(at));

	for (size_t i = 0; i < count; i++) {
		log_info("http", "serving", "addr=%s", endpoint_text(&at[i], text));
	}
	notify_send("READY=1\nSTATUS=collecting");
}

static int run_daemon(const struct flags *flags, const struct daemon_source *from)
{
	static char problem[PROBLEM_SIZE];
	static struct daemon d;
	sigset_t signals;
	enum fp_err err;

	block_signals(&signals);
	err = daemon_start(&d, flags, from, problem, sizeof problem);
	if (err != FP_OK) {
		(void)fprintf(stderr, "%s%s", problem,
		              problem[0] != '\0' && problem[strlen(problem) - 1] == '\n' ? ""
		                                                                         : "\n");
		return err == FP_BAD_CONFIG ? EXIT_USAGE : EXIT_FAILED;
	}
	say_ready(&d);
	serve(&d, &signals);
	notify_send("STOPPING=1");
	daemon_stop(&d);
	return EXIT_DONE;
}

int run_command(int argc, char **argv)
{
	struct run_flags own;
	struct flags flags;
	struct daemon_source from;
	int code;

	if (!command_line_read(argc, argv, &run_spec, &own, &flags, &code)) {
		return code;
	}
	from = (struct daemon_source){
		.capture = own.pcap,
		.interface = own.interface,
		.port = (uint16_t)own.port,
	};
	if (!capture_speed_parse(own.speed, &from.speed)) {
		(void)fprintf(stderr, "--speed: expected \"max\" or a number above 0, got \"%s\"\n",
		              own.speed);
		code = EXIT_USAGE;
	} else if (own.pcap[0] != '\0' && own.interface[0] != '\0') {
		(void)fprintf(stderr, "--pcap and --interface exclude each other\n");
		code = EXIT_USAGE;
	} else {
		code = run_daemon(&flags, &from);
	}
	flags_release(&run_spec, &own, &flags);
	return code;
}
