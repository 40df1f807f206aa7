/* SPDX-License-Identifier: Apache-2.0 */
/* The running daemon: every room brought up in order, reloaded, and taken down in the opposite
 * order. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/http/http.h"
#include "fabricpulse/io/udp.h"
#include "fabricpulse/pipeline.h"
#include "settings.h"

/* Where datagrams come from instead of UDP: a capture file, or a live interface. Both empty:
 * UDP. */
struct daemon_source {
	const char *capture;
	const char *interface;
	double speed;  /* of a capture file; 0: as fast as possible */
	uint16_t port; /* UDP port that sFlow was sent to; 0: any */
};

/* One loaded configuration; reload makes a second one and lets the first go. */
struct generation {
	struct settings settings;
	struct pipeline_settings pipeline;
};

struct daemon {
	const struct flags *flags; /* borrowed: read again at each reload */
	struct generation *generation;
	uint32_t workers;
	size_t forward_targets; /* as started */
	struct shards shards;
	struct topology_store *topology;
	struct udp_group *udp; /* NULL: a capture */
	struct pipeline *pipeline;
	struct http_app app;
	/* Set once the server runs; its threads ask for it while it starts (self.c). */
	_Atomic(struct http *) http;
	pthread_mutex_t
	    reload_mutex; /* one reload at a time; guards the two fields below and `generation` */
	double reload_success; /* NaN before any */
	double reload_time_seconds;
	double start_time_seconds;
	_Atomic bool is_ready;
	_Atomic bool is_healthy; /* as of the last check of progress */
};

/* Bring everything up. FP_BAD_CONFIG: `problem` lists every mistake. Other errors: `problem` says
 * what could not be done; what was begun is taken down. */
FP_MUST_USE enum fp_err daemon_start(struct daemon *d, const struct flags *flags,
                                     const struct daemon_source *from, char *problem, size_t size);

/* Load the configuration again and use it from the next batch on; sockets stay. False: the old one
 * stays, `problem` lists every mistake. */
bool daemon_reload(struct daemon *d, char *problem, size_t size);

/* Take what is still in the kernel, end all threads, log a summary. */
void daemon_stop(struct daemon *d);

/* Fill what the process knows of itself; for http_app. The caller holds shards.reload_lock
 * shared. */
void daemon_fill_self(void *arg, struct self_stats *out);
