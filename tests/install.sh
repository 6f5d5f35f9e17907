#!/usr/bin/env bash
# Installs what the tests need besides Rust: the OpenCL library, PoCL to run on, and valgrind to count instructions.
set -euo pipefail

missing=()
if ! ldconfig -p | grep 'libOpenCL\.so ' >/dev/null || ! ls /etc/OpenCL/vendors/*.icd >/dev/null 2>&1; then
    missing+=(pocl-opencl-icd ocl-icd-opencl-dev)
fi
command -v valgrind >/dev/null || missing+=(valgrind)

if [ "${#missing[@]}" -gt 0 ]; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"
fi
