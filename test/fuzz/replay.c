/*
 * replay - a fuzz target's corpus as a unit test, without a fuzzer: linked with
 * one fuzz_*.c, it runs every file of CORPUS.  A property that does not hold
 * stops the program, and so is no "N passed".
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static uint8_t bytes[8 * 1024 * 1024];

int main(void)
{
    char path[1024];
    DIR *folder = opendir(CORPUS);
    int run = 0;

    (void)LLVMFuzzerTestOneInput(bytes, 0);
    for (struct dirent *e; folder && (e = readdir(folder));) {
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", CORPUS, e->d_name);
        FILE *f = fopen(path, "rb");
        if (!f) {
            perror(path);
            return 1;
        }
        size_t n = fread(bytes, 1, sizeof bytes, f);
        (void)fclose(f);
        fprintf(stderr, "%s\n", path); /* the last one named is the one that failed */
        uint8_t *copy = malloc(n ? n : 1);
        if (!copy)
            return 1;
        for (size_t i = 0; i < n; i++)
            copy[i] = bytes[i];
        (void)LLVMFuzzerTestOneInput(copy, n); /* alone in its block: reading past it is seen */
        free(copy);
        run++;
    }
    if (folder)
        (void)closedir(folder);
    printf("%d passed, %d failed\n", run, run ? 0 : 1);
    return run ? 0 : 1;
}
