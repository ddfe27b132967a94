#!/usr/bin/env bash
# Proves both README commands on a bare Debian: a fresh debootstrap chroot with a C compiler,
# certificates and rustup, and nothing else. Called by `cargo xtask verify chroot`.
#
# It takes the committed state (git clone), the host's rustup and downloaded crates (copied). The
# toolchain is installed inside by rustup, build tools and packages by xtask, as a newcomer's are.
# Needs root, debootstrap and about 25 GB. Removes what it made, also when it fails.
#
#   chroot.sh ROOT [COMMAND…]     COMMAND replaces the two README commands
set -euo pipefail

root=${1:?usage: chroot.sh ROOT [COMMAND…]}
shift
[ "$(id -u)" = 0 ] || { echo "verify chroot needs root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "missing: apt-get install debootstrap" >&2; exit 1; }

cargo_home=${CARGO_HOME:-$HOME/.cargo}
base=$(mktemp -d "${TMPDIR:-/var/tmp}/switchboard-chroot.XXXXXX")
chmod 755 "$base" # it becomes "/", which every user inside must be able to enter
mounts=()

clean() {
  local index
  for ((index = ${#mounts[@]} - 1; index >= 0; index--)); do
    umount -l "${mounts[index]}" || true
  done
  # Whatever is still mounted stays untouched.
  rm -rf --one-file-system "$base"
}
trap clean EXIT
trap 'echo "chroot.sh: line $LINENO failed" >&2' ERR
trap 'exit 130' INT TERM

attach() { # SOURCE TARGET [OPTIONS]: a bind mount
  mkdir -p "$2"
  mount --bind "$1" "$2"
  mounts+=("$2")
  [ -z "${3:-}" ] || mount -o "remount,bind,$3" "$2"
}

note() { printf '==> %s (%s s so far)\n' "$1" "$SECONDS"; }

# The first Debian or Ubuntu archive the host is configured with, in either format of its lists.
mirror() {
  {
    sed -n 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null || true
    sed -n 's/^deb[[:space:]]\(\[[^]]*\][[:space:]]*\)\{0,1\}\([^[:space:]]*\).*/\2/p' \
      /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true
  } | { grep -E '/(debian|ubuntu)/?$' || true; } | head -n 1
}

. /etc/os-release
archive=$(mirror)
note "Making a bare ${ID} ${VERSION_CODENAME}"
debootstrap --variant=minbase --include=gcc,libc6-dev,ca-certificates "$VERSION_CODENAME" "$base" "$archive" >"$base.log" 2>&1 \
  || { tail -n 20 "$base.log" >&2; exit 1; }
rm -f "$base.log"

# How this host reaches the network: names, proxies, extra certificates.
cp -L /etc/resolv.conf /etc/hosts "$base/etc/"
{ grep -lis proxy /etc/apt/apt.conf.d/* || true; } | xargs -r cp -t "$base/etc/apt/apt.conf.d/"
cp -L /etc/ssl/certs/ca-certificates.crt "$base/etc/ssl/certs/"

attach /dev "$base/dev"
mount -t tmpfs -o size=1g tmpfs "$base/dev/shm" # Chromium's shared memory
mounts+=("$base/dev/shm")
attach /sys "$base/sys" ro
mount -t proc proc "$base/proc"
mounts+=("$base/proc")

note "Lending rustup and the downloaded crates"
mkdir -p "$base/root/.cargo/bin" "$base/root/.cargo/registry"
for program in rustup cargo rustc rustdoc rustfmt cargo-fmt cargo-clippy clippy-driver; do
  cp -L "$cargo_home/bin/$program" "$base/root/.cargo/bin/"
done
for part in cache index; do
  [ ! -d "$cargo_home/registry/$part" ] || cp -a "$cargo_home/registry/$part" "$base/root/.cargo/registry/"
done
[ ! -f "$cargo_home/config.toml" ] || cp "$cargo_home/config.toml" "$base/root/.cargo/"

git clone --quiet "file://$root" "$base/root/switchboard"

inside() {
  chroot "$base" /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" CI=true \
    PATH=/root/.cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" \
    sh -c 'cd /root/switchboard && exec "$@"' sh "$@"
}

# In a newcomer's order, so that the demo's time is a cold one.
if [ $# -gt 0 ]; then
  note "Running $*"
  inside "$@"
else
  note "cargo xtask demo --check"
  inside cargo xtask demo --check
  note "cargo xtask demo --check, again"
  inside cargo xtask demo --check
  note "cargo xtask test"
  inside cargo xtask test
fi
note "Proved"
