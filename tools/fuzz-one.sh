#!/bin/sh
# Run one fuzz target for some seconds, beginning from its corpus in the tree:
#   tools/fuzz-one.sh build/fuzz/fuzz_json 5
# FUZZ_SEED=N makes a run repeatable (`make test` does); otherwise each run looks elsewhere.
# What it finds on the way stays in build/fuzz/; an input that breaks a
# property is kept there as crash-*: mend the cause, then add it to the corpus.
set -eu
program=$1
seconds=${2:-5}
name=$(basename "$program" | sed 's/^fuzz_//')
here=$(dirname "$program")
found="$here/found/$name"
mkdir -p "$found"
"$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=20000 -verbosity=0 -seed="${FUZZ_SEED:-0}" \
    -artifact_prefix="$here/" "$found" "test/fuzz/corpus/$name"
