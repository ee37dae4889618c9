/*
 * embed - files into a C table, at build.
 *
 *     embed NAME FILE... > out.c
 *
 * yields `const struct embedded NAME[]`, ended by a NULL name, in the order
 * given; see src/base/embedded.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    const char *slash = strrchr(path, '/');
    size_t n = 0;
    int c;

    if (!f) {
        perror(path);
        exit(1);
    }
    printf("    {\"%s\",\n     \"", slash ? slash + 1 : path);
    while ((c = getc(f)) != EOF) {
        n++;
        if (c == '\n')
            printf("\\n\"\n     \"");
        else if (c == '"' || c == '\\' || c == '?') /* ?? begins a trigraph */
            printf("\\%c", c);
        else if (c >= 32 && c < 127)
            putchar(c);
        else
            printf("\\%03o", (unsigned)c);
    }
    printf("\",\n     %zu},\n", n);
    fclose(f);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    printf("/* made by tools/embed.c; do not edit */\n#include \"base/embedded.h\"\n\n"
           "extern const struct embedded %s[];\nconst struct embedded %s[] = {\n",
           argv[1], argv[1]);
    for (int i = 2; i < argc; i++)
        put_file(argv[i]);
    printf("    {NULL, NULL, 0},\n};\n");
    return ferror(stdout) ? 1 : 0;
}
