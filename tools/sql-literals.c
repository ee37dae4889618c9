/*
 * sql-literals - every SQL text of a source file, as a C table.
 *
 *     cc -E ... FILE.c | sql-literals FILE.c >> sql_literals.h
 *
 * reads preprocessed C, so that macros inside the SQL are resolved, and finds
 * what db_select, db_run and db_pipe have become.  Each entry: file, line, the
 * text, and one letter per value: t(ext) i(nt) r(eal) b(ytes) n(ull), or ? where
 * the call does not say.  test/unit/test_sql.c prepares them all on both
 * databases.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text;    /* the whole input */
static size_t length; /* of it */

static void read_all(void)
{
    size_t room = 1 << 20;

    text = malloc(room + 1);
    for (size_t n; text && (n = fread(text + length, 1, room - length, stdin)) > 0;)
        if ((length += n) == room)
            text = realloc(text, (room *= 2) + 1);
    if (!text)
        exit(1);
    text[length] = 0;
}

/* Past white space and line markers. */
static const char *skip_space(const char *p)
{
    for (;;) {
        while (isspace((unsigned char)*p))
            p++;
        if (*p != '#')
            return p;
        p += strcspn(p, "\n");
    }
}

/* Past a string or character literal that begins at p. */
static const char *skip_quoted(const char *p)
{
    char quote = *p++;

    while (*p && *p != quote)
        p += *p == '\\' ? 2 : 1;
    return *p ? p + 1 : p;
}

/* From an opening bracket to just behind its end. */
static const char *skip_brackets(const char *p)
{
    int depth = 0;

    while (*p) {
        if (*p == '"' || *p == '\'') {
            p = skip_quoted(p);
            continue;
        }
        if (strchr("({[", *p))
            depth++;
        if (strchr(")}]", *p) && --depth == 0)
            return p + 1;
        p++;
    }
    return p;
}

/* The line of the source where p is, by the last marker `# 12 "file"` before it. */
static int line_of(const char *p)
{
    const char *marker = p;
    int line = 0;

    while (marker > text && !(*marker == '#' && (marker == text || marker[-1] == '\n') &&
                              isdigit((unsigned char)marker[2])))
        marker--;
    line = (int)strtol(marker + 2, NULL, 10) - 1;
    for (; marker < p; marker++)
        line += *marker == '\n';
    return line;
}

/* Adjacent literals as they stand in C, which is what we write. */
static const char *put_literals(const char *p)
{
    while (*(p = skip_space(p)) == '"') {
        const char *end = skip_quoted(p);
        printf("%.*s", (int)(end - p), p);
        p = end;
    }
    return p;
}

static char letter_of(const char *from, const char *end)
{
    static const char type[] = ".type = DB_";
    char null = '?';

    for (const char *p = from; p + sizeof type < end; p++) {
        if (strncmp(p, type, sizeof type - 1) != 0)
            continue;
        switch (p[sizeof type - 1]) {
        case 'T':
            return 't';
        case 'I':
            return 'i';
        case 'R':
            return 'r';
        case 'B':
            return 'b';
        default:
            null = 'n'; /* or the other half of a conditional */
        }
    }
    return null;
}

/* The members of the first array of values; the very first is a placeholder. */
static void put_letters(const char *p, const char *end)
{
    static const char array[] = "(const struct db_value[])";
    int number = 0;

    p = strstr(p, array);
    if (!p || p > end)
        return;
    p = skip_space(p + sizeof array - 1);
    const char *close = skip_brackets(p) - 1;
    for (p++; p < close;) {
        const char *from = p;
        while (p < close && *p != ',')
            p = strchr("({[", *p) ? skip_brackets(p) : *p == '"' ? skip_quoted(p) : p + 1;
        if (number++ > 0)
            putchar(letter_of(from, p));
        p++;
    }
}

static void put_call(const char *file, const char *open)
{
    const char *end = skip_brackets(open);
    const char *p = open + 1;

    while (p < end && *p != '"')
        p = strchr("({[", *p) ? skip_brackets(p) : p + 1;
    if (p >= end)
        return; /* a declaration, or the text is a parameter */
    printf("    {\"%s\", %d, ", file, line_of(open));
    p = put_literals(p);
    printf(", \"");
    put_letters(p, end);
    printf("\"},\n");
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"db_select_values", "db_run_values", "db_pipe_values"};

    if (argc != 2)
        return 2;
    read_all();
    for (const char *p = text; *p;) {
        if (*p == '"' || *p == '\'') {
            p = skip_quoted(p);
            continue;
        }
        size_t n = 0;
        for (size_t i = 0; i < 3; i++)
            if (strncmp(p, names[i], strlen(names[i])) == 0 &&
                (p == text || !isalnum((unsigned char)p[-1])))
                n = strlen(names[i]);
        if (!n) {
            p++;
            continue;
        }
        p = skip_space(p + n);
        if (*p == '(')
            put_call(argv[1], p);
    }
    return ferror(stdout) ? 1 : 0;
}
