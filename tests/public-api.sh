#!/usr/bin/env bash
# Compares the public face of the library with gpu-stages/public-api.txt, so that a change of it shows in a diff.
#
#     ./tests/public-api.sh [--update]
#
# Needs a nightly toolchain, and `cargo install cargo-public-api`.
set -euo pipefail
cd "$(dirname "$0")/.."

listed=gpu-stages/public-api.txt
export CARGO_TARGET_DIR=target/public-api
found=$(cargo +nightly public-api -p gpu-stages --all-features -sss)
if [ "${1:-}" = --update ]; then
    printf '%s\n' "$found" >"$listed"
else
    diff -u "$listed" <(printf '%s\n' "$found")
fi
