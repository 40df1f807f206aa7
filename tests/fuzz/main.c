/* SPDX-License-Identifier: Apache-2.0 */
/* Replays a fuzz corpus without a fuzzer.
 *
 * A fuzz entry is a function that libFuzzer calls with made-up bytes. Linked with this file
 * instead, the same entry gets the inputs that were kept, so that every input that once mattered is
 * a test in the ordinary run, under any compiler and any sanitizer. An input is handed over in a
 * heap block of exactly its size: one byte read past its end is a byte that a sanitizer sees. A
 * failure is an abort, as it is under the fuzzer; the name of the input is printed before it runs.
 * An absent or empty corpus fails, because it would test nothing.
 *
 * Source: the entry's signature is libFuzzer's (LLVM, "libFuzzer: a library for coverage-guided
 * fuzz testing").
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Larger than any UDP datagram and any configuration that a person writes. */
enum { INPUT_BYTES_MAX = 1 << 20 };

/* Gives the file's bytes in a block of exactly that size  or NULL; glibc gives a block of no bytes
 * for an empty file. */
static uint8_t *input_read(const char *path, size_t *size)
{
	static uint8_t scratch[INPUT_BYTES_MAX];
	FILE *file = fopen(path, "rb");
	uint8_t *exact;

	if (file == NULL) {
		return NULL;
	}
	*size = fread(scratch, 1, sizeof(scratch), file);
	(void)fclose(file);
	exact = malloc(*size);
	if (exact != NULL) {
		memcpy(exact, scratch, *size);
	}
	return exact;
}

static int input_run(const char *folder, const char *name)
{
	char path[4096];
	size_t size = 0;
	uint8_t *input;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	printf("%s\n", path);
	(void)fflush(stdout);
	input = input_read(path, &size);
	if (input == NULL) {
		(void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	(void)LLVMFuzzerTestOneInput(input, size);
	free(input);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	unsigned int passed = 0;
	unsigned int failed = 0;
	int count = argc == 2 ? scandir(argv[1], &entries, NULL, alphasort) : -1;

	if (count < 0) {
		(void)fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.') {
			*(input_run(argv[1], entries[i]->d_name) == 0 ? &passed : &failed) += 1;
		}
		free(entries[i]);
	}
	free(entries);
	printf("%u passed, %u failed\n", passed, failed);
	return passed > 0 && failed == 0 ? 0 : 1;
}
