# Sourced by the scripts beside it: defines paths, and the kind of toolchain that this machine has.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/milepost

LINKER_VERSION=0.2.6
LINKER_ROOT=$CACHE/sbpf-linker-$LINKER_VERSION
LINKER=$LINKER_ROOT/bin/sbpf-linker

# Full paths: a rustup shim that comes first on PATH has another version, without matching sources.
RUSTC=/usr/bin/rustc
CARGO=/usr/bin/cargo
DEBIAN_PACKAGES=(rustc-web cargo-web rust-web-src)

# The same name on every machine: it is the file stem of the target specification, and part of symbol hashes.
TARGET=sbpf-solana-solana

# Features of the host tests: the program's own entrypoint is only for the chain.
# shellcheck disable=SC2034
HOST_TEST_FEATURES=(--no-default-features --features idl-build,no-entrypoint)
# Debug information takes half the time and most of the disk, and nobody debugs these builds.
export CARGO_PROFILE_DEV_DEBUG=0

fail() {
  printf 'toolchain: %s\n' "$*" >&2
  exit 1
}

say() {
  printf 'toolchain: %s\n' "$*"
}

# Prints `cargo-build-sbf` where Solana's own tools are installed, otherwise `sbpf-linker`.
# On a machine that has both, MILEPOST_TOOLCHAIN=sbpf-linker or =cargo-build-sbf chooses.
toolchain_kind() {
  if [ -n "${MILEPOST_TOOLCHAIN:-}" ]; then
    printf '%s\n' "$MILEPOST_TOOLCHAIN"
  elif command -v cargo-build-sbf >/dev/null 2>&1; then
    printf 'cargo-build-sbf\n'
  else
    printf 'sbpf-linker\n'
  fi
}

# Prints one field of `rustc -vV`: release, host, LLVM version, ...
rustc_field() {
  "$RUSTC" -vV | sed -n "s/^$1: //p"
}

llvm_major() {
  rustc_field 'LLVM version' | cut -d. -f1
}

rust_sources() {
  printf '%s/lib/rustlib/src/rust/library\n' "$("$RUSTC" --print sysroot)"
}

# Prints the path of the private sysroot for this rustc and this set of edits.
sysroot_path() {
  local edits
  edits=$(cat "$ROOT/toolchain/sysroot/"* | sha256sum | cut -c1-12)
  printf '%s/sysroot-%s-%s\n' "$CACHE" "$(rustc_field release)" "$edits"
}

# Runs Debian's cargo with Debian's rustc where they are installed, otherwise the cargo on PATH.
host_cargo() {
  if [ -x "$CARGO" ] && [ -x "$RUSTC" ]; then
    RUSTC=$RUSTC "$CARGO" "$@"
  elif command -v cargo >/dev/null 2>&1; then
    cargo "$@"
  else
    fail "no cargo on this machine; run toolchain/setup first"
  fi
}
