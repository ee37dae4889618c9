#!/bin/sh
# The checkers: tools/lint.sh [layers|format|headers|words]; all without an argument.
set -eu
cd "$(dirname "$0")/.."

layers() { tools/check-layers; }

format() {
    # shellcheck disable=SC2046
    clang-format-14 --dry-run --Werror $(git ls-files '*.c' '*.h')
}

# Every header compiles alone.
headers() {
    for header in $(git ls-files 'src/*.h'); do
        printf '#include "%s"\n' "${header#src/}" |
            cc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Isrc -fsyntax-only -x c - ||
            { echo "$header does not compile alone"; return 1; }
    done
}

# Calls and words that the project does without.
words() {
    if git grep -nE '\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|strtok|gmtime|localtime|rand|system|popen)\(' -- 'src/*.c' 'src/*.h'; then
        echo "banned calls"; return 1
    fi
    # malloc and free belong to base/, work/ and the modules that own a foreign library.
    if git grep -nE '\b(malloc|calloc|realloc|free)\(' -- 'src/*.c' |
        grep -vE '^src/(base|work|db|net|web|media|seal|text|sandbox)/'; then
        echo "malloc or free outside the modules that may"; return 1
    fi
    if git grep -nE '\b(TODO|FIXME)\b' -- src test tools ':!tools/lint.sh'; then
        echo "unfinished business"; return 1
    fi
}

if [ $# -gt 0 ]; then "$1"; else layers; format; headers; words; fi
