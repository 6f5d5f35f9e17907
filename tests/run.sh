#!/usr/bin/env bash
# Installs what the tests need, and runs all of them: on the embedded device, and on PoCL through OpenCL.
set -euo pipefail
cd "$(dirname "$0")/.."

./tests/install.sh

# The examples' own tests run the example programs.
cargo build --workspace --examples
cargo test --workspace
# Optimised, the threads of queues and executors meet in other ways.
cargo test --release -p gpu-stages-tests
cargo test --release -p gpu-stages-macros --lib executed
cargo test --release -p gpu-stages -p gpu-stages-tests -p gpu-stages-examples \
    --features gpu-stages-tests/opencl,gpu-stages-examples/opencl
