#!/usr/bin/env bash
# Runs the OpenCL tests on several drivers for processors, one after another: `./tests/drivers.sh [pocl|rusticl|intel]...`,
# all of them by default. Installs those that are missing, below `target/`; fails if one cannot be installed. The loader
# finds one driver at a time.
set -euo pipefail
cd "$(dirname "$0")/.."

home="${CARGO_TARGET_DIR:-target}/opencl-drivers"
mkdir -p "$home"
home="$(cd "$home" && pwd)"
vendors=/etc/OpenCL/vendors

fail() { printf 'drivers.sh: %s\n' "$*" >&2; exit 1; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

apt_install() {
    as_root apt-get update || fail "apt-get update failed: $1 cannot be installed"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" \
        || fail "apt-get install $* failed"
}

# `registers DRIVER LIBRARY`: the folder that shows the loader this driver alone.
registers() {
    mkdir -p "$home/$1"
    printf '%s\n' "$2" >"$home/$1/$1.icd"
}

install_pocl() {
    ./tests/install.sh || fail "PoCL cannot be installed"
    [ -r "$vendors/pocl.icd" ] || fail "PoCL is not installed: $vendors/pocl.icd is missing"
    registers pocl "$(cat "$vendors/pocl.icd")"
}

# Mesa registers its two drivers for all programs. The other tests run on PoCL alone, so that takes them back.
install_rusticl() {
    if ! ldconfig -p | grep 'libRusticlOpenCL\.so\.1 ' >/dev/null; then
        local before
        before="$(ls "$vendors" 2>/dev/null || true)"
        apt_install mesa-opencl-icd
        for icd in mesa.icd rusticl.icd; do
            grep -qx "$icd" <<<"$before" || as_root rm -f "$vendors/$icd"
        done
    fi
    ldconfig -p | grep 'libRusticlOpenCL\.so\.1 ' >/dev/null || fail "mesa-opencl-icd has no rusticl here"
    registers rusticl libRusticlOpenCL.so.1
}

install_intel() {
    local python="$home/python" library
    if [ ! -e "$python/lib/libintelocl.so" ]; then
        rm -rf "$python"
        if ! python3 -m venv "$python" >/dev/null 2>&1; then
            apt_install python3-venv
            python3 -m venv "$python" || fail "python3 -m venv failed: Intel's driver cannot be installed"
        fi
        "$python/bin/pip" install --quiet intel-opencl-rt==2026.2.0 intel-cmplr-lib-rt \
            || fail "pip install intel-opencl-rt failed"
    fi
    library="$python/lib/libintelocl.so"
    [ -e "$library" ] || fail "intel-opencl-rt has no $library"
    registers intel "$library"
}

# Tests of which a driver itself gets something wrong, with what that is.
known_faults() {
    case "$1" in
        # Mesa 22.3: the times of every command are 0 (queued), 1, 2 and 3 (ended), so that recordings have no times.
        rusticl)
            echo timeline::opencl::a_recording_outlives_queues_and_buffers
            echo timeline::opencl::all_frames_are_there_in_order
            echo timeline::opencl::of_a_foreign_queue_the_markers_are_known
            echo timeline::opencl::the_clocks_are_close
            ;;
        # A marker was queued at 0, so that a recording of nothing but markers has no clock.
        intel) echo timeline::opencl::of_a_foreign_queue_the_markers_are_known ;;
    esac
}

run() {
    local driver="$1" skips=() fault
    "install_$driver"
    for fault in $(known_faults "$driver"); do
        skips+=(--skip "$fault")
    done
    printf '\n== OpenCL tests on %s\n' "$driver"
    export OCL_ICD_VENDORS="$home/$driver/" RUSTICL_ENABLE=llvmpipe GPU_STAGES_OPENCL_DEVICE=0
    cargo test -p gpu-stages-tests --features opencl --test opencl --test opencl_driver -- "${skips[@]}"
    cargo test -p gpu-stages-tests --features opencl --test observe opencl -- "${skips[@]}"
    unset OCL_ICD_VENDORS GPU_STAGES_OPENCL_DEVICE
}

drivers=("$@")
[ "${#drivers[@]}" -gt 0 ] || drivers=(pocl rusticl intel)
for driver in "${drivers[@]}"; do
    case "$driver" in
        pocl | rusticl | intel) run "$driver" ;;
        *) fail "there is no driver \`$driver\`; there are pocl, rusticl and intel" ;;
    esac
done
