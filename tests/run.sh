#!/usr/bin/env bash
# Installs what the tests need and runs all of them. On a machine with Rust there is nothing to install.
set -euo pipefail
cd "$(dirname "$0")/.."

# The examples' own tests run the example programs.
cargo build --workspace --examples
cargo test --workspace
# Optimised, the threads of queues and executors meet in other ways.
cargo test --release -p gpu-stages-tests
