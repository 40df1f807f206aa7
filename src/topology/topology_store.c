/* SPDX-License-Identifier: Apache-2.0 */
/* The present topology: a posted document, else the configured one.
 *
 * Two locks. `changing` is held over a whole change, so that documents reach the disk in the order
 * in which they came into use; `lock` only while pointers are swapped, so that a reader never waits
 * for a disk. A document is parsed before either is taken: a bad one disturbs nobody.
 *
 * The kept file is the document as it is given back, so it can be read, copied and posted again;
 * its "version" lets the number go on growing over restarts. A document that cannot be kept is used
 * all the same: a full disk must not blind the operator, only say so.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "fabricpulse/base/log.h"
#include "fabricpulse/base/mem.h"
#include "topology_file_priv.h"
#include "topology_priv.h"

enum { PROBLEM_BYTES = 1024 };

struct topology_store {
	pthread_mutex_t changing;
	pthread_rwlock_t lock; /* around what follows */
	struct topology *posted;
	struct topology *configured;
	uint32_t changes;         /* the version that `in use` has or would have */
	_Atomic uint32_t version; /* what topology_store_version() says */
	char *state_path;         /* NULL: nothing is kept; never changes */
};

static const struct topology *in_use(const struct topology_store *store)
{
	return store->posted != NULL ? store->posted : store->configured;
}

/* Under `lock`: the document in use has changed. */
static void count_change(struct topology_store *store)
{
	store->changes++;
	if (store->changes == 0) {
		store->changes = 1; /* 0 means no document */
	}
	/* Relaxed: who needs the document that belongs to the number takes the lock. */
	atomic_store_explicit(&store->version, in_use(store) != NULL ? store->changes : 0,
	                      memory_order_relaxed);
}

/* Moves a kept file aside that cannot be used, so that the next document does not overwrite what
 * somebody may want to repair. */
static void set_aside(const char *path, const char *problem)
{
	struct strbuf aside;
	bool moved;

	strbuf_init(&aside, strlen(path) + sizeof ".bad");
	strbuf_printf(&aside, "%s.bad", path);
	moved = !aside.failed && rename(path, aside.at) == 0;
	log_error("topology", "the kept topology is not valid and is not used",
	          "file=\"%s\" moved_to=\"%s\" problem=\"%s\"", path, moved ? aside.at : "",
	          problem);
	strbuf_deinit(&aside);
}

/* Takes up the document that was kept, if there is one and it is sound. */
static enum fp_err load(struct topology_store *store)
{
	struct strbuf text;
	char problem[PROBLEM_BYTES];
	enum fp_err err;

	strbuf_init(&text, TOPOLOGY_BYTES_MAX);
	err = topology_file_read(store->state_path, &text);
	if (err == FP_OK) {
		err = topology_parse_json((struct bytes){ (const uint8_t *)text.at, text.len },
		                          &store->posted, problem, sizeof problem);
	} else if (errno == EFBIG) {
		err = FP_BAD_DOCUMENT;
		(void)snprintf(problem, sizeof problem, "%s", TOPOLOGY_TOO_LONG);
	} else if (errno != ENOENT) {
		log_error("topology", "cannot read the kept topology", "file=\"%s\" err=\"%s\"",
		          store->state_path, strerror(errno));
	}
	strbuf_deinit(&text);
	if (err == FP_BAD_DOCUMENT) {
		set_aside(store->state_path, problem);
	}
	return err == FP_NO_MEMORY ? FP_NO_MEMORY : FP_OK;
}

static enum fp_err init(struct topology_store *store, const char *state_path)
{
	enum fp_err err;

	if (state_path == NULL) {
		return FP_OK;
	}
	store->state_path = mem_strdup(state_path);
	if (store->state_path == NULL) {
		return FP_NO_MEMORY;
	}
	err = load(store);
	if (store->posted != NULL && store->posted->written_version > 0) {
		store->changes = store->posted->written_version - 1;
	}
	return err;
}

enum fp_err topology_store_new(const char *state_path, struct topology *configured,
                               struct topology_store **out)
{
	struct topology_store *store = mem_new(1, sizeof *store);

	*out = NULL;
	if (store == NULL) {
		topology_free(configured);
		return FP_NO_MEMORY;
	}
	store->configured = configured;
	/* Default attributes: these cannot fail (pthread_mutex_init(3), glibc). */
	(void)pthread_mutex_init(&store->changing, NULL);
	(void)pthread_rwlock_init(&store->lock, NULL);
	if (init(store, state_path) != FP_OK) {
		topology_store_free(store);
		return FP_NO_MEMORY;
	}
	if (in_use(store) != NULL) {
		count_change(store);
	}
	*out = store;
	return FP_OK;
}

void topology_store_free(struct topology_store *store)
{
	if (store == NULL) {
		return;
	}
	topology_free(store->posted);
	topology_free(store->configured);
	(void)pthread_rwlock_destroy(&store->lock);
	(void)pthread_mutex_destroy(&store->changing);
	mem_free(store->state_path);
	mem_free(store);
}

/* Under `changing`: writes the posted document down, which nobody else can replace meanwhile. */
static enum fp_err keep(struct topology_store *store, char *problem, size_t size)
{
	struct strbuf text;
	enum fp_err err = FP_SYSTEM;

	if (store->state_path == NULL) {
		return FP_OK;
	}
	strbuf_init(&text, TOPOLOGY_BYTES_MAX);
	topology_print_json(store->posted, store->changes, &text);
	errno = ENOMEM;
	if (!text.failed) {
		err = topology_file_replace(store->state_path,
		                            (struct bytes){ (const uint8_t *)text.at, text.len });
	}
	if (err != FP_OK) {
		(void)snprintf(problem, size, "in use, but not kept: %s: %s", store->state_path,
		               strerror(errno));
	}
	strbuf_deinit(&text);
	return err;
}

enum fp_err topology_store_put(struct topology_store *store, struct bytes json, char *problem,
                               size_t size)
{
	struct topology *posted;
	struct topology *old;
	enum fp_err err = topology_parse_json(json, &posted, problem, size);

	if (err != FP_OK) {
		return err;
	}
	(void)pthread_mutex_lock(&store->changing);
	(void)pthread_rwlock_wrlock(&store->lock);
	old = store->posted;
	store->posted = posted;
	count_change(store);
	(void)pthread_rwlock_unlock(&store->lock);
	err = keep(store, problem, size);
	(void)pthread_mutex_unlock(&store->changing);
	topology_free(old);
	return err;
}

/* The same text, so nothing that follows from it can differ. */
static bool is_same(const struct topology *a, const struct topology *b)
{
	if (a == NULL || b == NULL) {
		return a == b;
	}
	return a->document_bytes == b->document_bytes &&
	       memcmp(a->document, b->document, a->document_bytes) == 0;
}

void topology_store_configure(struct topology_store *store, struct topology *configured)
{
	struct topology *old;

	(void)pthread_mutex_lock(&store->changing);
	(void)pthread_rwlock_wrlock(&store->lock);
	old = store->configured;
	store->configured = configured;
	if (store->posted == NULL && !is_same(old, configured)) {
		count_change(store);
	}
	(void)pthread_rwlock_unlock(&store->lock);
	(void)pthread_mutex_unlock(&store->changing);
	topology_free(old);
}

uint32_t topology_store_version(const struct topology_store *store)
{
	/* Relaxed: a number to compare with the last one; the document is read under the lock. */
	return atomic_load_explicit(&store->version, memory_order_relaxed);
}

void topology_store_read(struct topology_store *store,
                         void (*use)(const struct topology *t, uint32_t version, void *arg),
                         void *arg)
{
	(void)pthread_rwlock_rdlock(&store->lock);
	use(in_use(store), topology_store_version(store), arg);
	(void)pthread_rwlock_unlock(&store->lock);
}
