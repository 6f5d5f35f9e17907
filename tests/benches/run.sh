#!/usr/bin/env bash
# Runs all benchmarks, one after another, and writes what they say into one file.
#
#     ./tests/benches/run.sh [--quick] [FILE]
#
# FILE is BENCHMARKS.md if not given. Takes some minutes; nothing else should run on the machine meanwhile.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
options=()
file=$root/BENCHMARKS.md
for argument in "$@"; do
    case $argument in
    --quick) options=(-- --quick) ;;
    -*)
        echo "unknown option \`$argument\`; known: --quick" >&2
        exit 2
        ;;
    *) file=$(realpath "$argument") ;;
    esac
done
cd "$root"
./tests/install.sh

new=$(mktemp)
trap 'rm -f "$new"' EXIT

bench() { cargo bench --quiet -p gpu-stages-tests "$@"; }

# Lines `name: value unit` as a table, ratios before figures as they come.
table() {
    printf '| | | |\n|---|--:|---|\n'
    sed -E 's/^(.*): (\S+) (.*)$/| \1 | \2 | \3 |/'
}

# A heading, what it is about, and the benchmark with its arguments.
section() {
    local title=$1 about=$2
    shift 2
    echo "== $title" >&2
    printf '\n## %s\n\n%s\n\n' "$title" "$about"
    # shellcheck disable=SC2016
    printf '`cargo bench -p gpu-stages-tests %s`\n\n' "$*"
    bench "$@" | table
}

processor() {
    sed -nE 's/^model name\s*: //p' /proc/cpuinfo | head -n 1
}

commit() {
    git rev-parse --short HEAD
    git diff --quiet HEAD || echo '(and changes)'
}

{
    cat <<END
# Benchmarks

Written by \`./tests/benches/run.sh${options[1]:+ ${options[1]}}\`. Ratios come first: they hold on other machines better than times do.
A ratio is that of the first to the second, in the same round of the same process; what is good is said above each
table. Targets and experiments are in [docs/experiments.md](docs/experiments.md).

| | |
|---|---|
| processor | $(processor) |
| cores | $(nproc) |
| memory | $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo) |
| system | $(uname -sr) |
| compiler | $(rustc --version) |
| gpu-stages | $(cargo pkgid -p gpu-stages | sed 's/.*[#@]//') at $(commit | xargs) |
| OpenCL device | $(bench --features opencl --bench opencl_overhead -- --describe) |
| load before | $(cut -d' ' -f1-3 /proc/loadavg) |
END
    section "Bookkeeping" \
        "The core without a device. All ratios are good when they are low; \`to_target\` is reached at 1." \
        --bench bookkeeping "${options[@]}"
    section "Instructions" \
        "The same, counted by callgrind: they do not depend on what else the machine does." \
        --bench bookkeeping -- --instructions
    section "Granularity" \
        "The smallest tasks that keep half of the cores' rate, METG(50 %). All ratios are good when they are low." \
        --bench granularity "${options[@]}"
    section "Compile time" \
        "Rustc's time to check a pipeline over 31 resources. A ratio is good when it is near 2." \
        --bench compile_time "${options[@]}"
    section "Completion" \
        "From the end of a command to the task that waits for it. All ratios are good when they are low." \
        --features opencl --bench completion "${options[@]}"
    section "OpenCL" \
        "Frames beside the same by hand: \`throughput_ratio\` is good when it is high, \`enqueue_ratio\` when it is low." \
        --features opencl --bench opencl_overhead "${options[@]}"
} >"$new"
cp "$new" "$file"
echo "$file" >&2
