#!/usr/bin/env bash
# Counts the instructions of what must stay cheap, and fails when something takes more than its limit.
#
#     ./tests/instructions.sh [--against COMMIT] [--only TEXT] [--json]
#
# `--against COMMIT` counts those of another commit first and prints the ratios to them.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --against ]; then
    commit=$(git rev-parse --verify "$2^{commit}")
    shift 2
    before=$PWD/target/instructions
    trap 'git worktree remove --force "$before/tree"' EXIT
    git worktree add --quiet --detach --force "$before/tree" "$commit"
    cargo bench --quiet --manifest-path "$before/tree/Cargo.toml" --target-dir "$before/target" \
        -p gpu-stages-tests --bench bookkeeping -- --instructions --json >"$before/$commit.json"
    set -- --against "$before/$commit.json" "$@"
fi
cargo bench --quiet -p gpu-stages-tests --bench bookkeeping -- --instructions --check "$@"
