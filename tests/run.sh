#!/usr/bin/env bash
# Installs what the tests need, and runs all of them: on the embedded device, and on PoCL through OpenCL.
set -euo pipefail
cd "$(dirname "$0")/.."

./tests/install.sh

opencl=gpu-stages-tests/opencl,gpu-stages-examples/opencl

# The examples' own tests run the example programs.
cargo build --workspace --examples --features "$opencl"
cargo test --workspace --features "$opencl"
# The core under model checkers; see gpu-stages/src/models/mod.rs.
for checker in loom shuttle; do
    RUSTFLAGS="--cfg $checker" cargo test --release -p gpu-stages --lib --no-default-features \
        --target-dir "target/$checker"
done
# Optimised builds interleave the threads of queues and executors differently, and run more random programs.
cargo test --release -p gpu-stages-macros --lib
cargo test --release -p gpu-stages -p gpu-stages-tests -p gpu-stages-examples --features "$opencl"
# What must stay cheap takes no more instructions than it may.
./tests/instructions.sh
