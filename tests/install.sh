#!/usr/bin/env bash
# Installs what the tests need besides Rust: the OpenCL library, and PoCL to run on.
set -euo pipefail

if ! ldconfig -p | grep 'libOpenCL\.so ' >/dev/null || ! ls /etc/OpenCL/vendors/*.icd >/dev/null 2>&1; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends pocl-opencl-icd ocl-icd-opencl-dev
fi
