/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and replacing the file that a document is kept in.
 *
 * A power cut between two writes must leave either the old document or the new one. So the new one
 * goes to a file of its own, is flushed, takes the old one's name in one step, and the folder that
 * holds the name is flushed too: rename() alone says nothing about the disk.
 *
 * Source: fsync(2), rename(2).
 */
#include "topology_file_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fabricpulse/base/mem.h"

/* Closes without touching errno, which tells what went wrong before. */
static void close_quietly(int fd)
{
	int saved = errno;

	(void)close(fd);
	errno = saved;
}

enum fp_err topology_file_read(const char *path, struct strbuf *out)
{
	char chunk[16384];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0) {
		return FP_SYSTEM;
	}
	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n > 0) {
			strbuf_put(out, chunk, (size_t)n);
		}
		if (out->failed) {
			errno = EFBIG;
		}
		if (out->failed || (n < 0 && errno != EINTR)) {
			close_quietly(fd);
			return FP_SYSTEM;
		}
	}
	(void)close(fd);
	return FP_OK;
}

static enum fp_err write_all(int fd, struct bytes content)
{
	while (content.len > 0) {
		ssize_t n = write(fd, content.at, content.len);

		if (n < 0 && errno != EINTR) {
			return FP_SYSTEM;
		}
		if (n > 0) {
			content.at += n;
			content.len -= (size_t)n;
		}
	}
	return FP_OK;
}

/* A file of that content which is on the disk under `path`, or none. */
static enum fp_err write_new(const char *path, struct bytes content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0) {
		return FP_SYSTEM;
	}
	if (write_all(fd, content) != FP_OK || fsync(fd) != 0) {
		close_quietly(fd);
		return FP_SYSTEM;
	}
	return close(fd) == 0 ? FP_OK : FP_SYSTEM;
}

/* Flushes the folder in which `path` is. */
static enum fp_err sync_folder(const char *path)
{
	char *copy = mem_strdup(path); /* dirname() cuts its argument */
	enum fp_err err = FP_OK;
	int fd;

	if (copy == NULL) {
		errno = ENOMEM;
		return FP_SYSTEM;
	}
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0) {
		err = FP_SYSTEM;
	}
	if (fd >= 0) {
		close_quietly(fd);
	}
	mem_free(copy);
	return err;
}

enum fp_err topology_file_replace(const char *path, struct bytes content)
{
	struct strbuf beside;
	enum fp_err err = FP_SYSTEM;

	strbuf_init(&beside, strlen(path) + sizeof ".new");
	strbuf_printf(&beside, "%s.new", path);
	if (beside.failed) {
		strbuf_deinit(&beside);
		errno = ENOMEM;
		return FP_SYSTEM;
	}
	if (write_new(beside.at, content) == FP_OK && rename(beside.at, path) == 0) {
		err = sync_folder(path);
	} else {
		int saved = errno;

		(void)unlink(beside.at);
		errno = saved;
	}
	strbuf_deinit(&beside);
	return err;
}
