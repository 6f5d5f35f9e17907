#!/usr/bin/env bash
# Installs what the tests need, and runs all of them: on the embedded device, and on PoCL through OpenCL.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! ldconfig -p | grep -q 'libOpenCL\.so\b' || ! ls /etc/OpenCL/vendors/*.icd >/dev/null 2>&1; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends pocl-opencl-icd ocl-icd-opencl-dev
fi

# The examples' own tests run the example programs.
cargo build --workspace --examples
cargo test --workspace
# Optimised, the threads of queues and executors meet in other ways.
cargo test --release -p gpu-stages-tests
cargo test --release -p gpu-stages -p gpu-stages-tests -p gpu-stages-examples \
    --features gpu-stages-tests/opencl,gpu-stages-examples/opencl
