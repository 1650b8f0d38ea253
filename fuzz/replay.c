/* replay - runs a fuzz target over each file of a corpus folder, as a test. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define INPUT_MAX ((size_t)1 << 20)

static int replay_file(const char *folder, const char *name)
{
	char *path = NULL;
	uint8_t *bytes = malloc(INPUT_MAX);

	if (bytes == NULL || asprintf(&path, "%s/%s", folder, name) < 0)
		abort();
	FILE *file = fopen(path, "rb");
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	size_t n = fread(bytes, 1, INPUT_MAX, file);
	fclose(file);
	/* An exact copy, so that the sanitizer sees a read beyond the end. */
	uint8_t *exact = malloc(n > 0 ? n : 1);
	if (exact == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		exact[i] = bytes[i];
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	free(bytes);
	free(path);
	return 1;
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	int count = 0;

	if (folder == NULL) {
		fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
		return 1;
	}
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		if (entry->d_name[0] != '.')
			count += replay_file(argv[1], entry->d_name);
	closedir(folder);
	printf("%d inputs replayed\n", count);
	return count > 0 ? 0 : 1;
}
