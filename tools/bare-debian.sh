#!/bin/bash
# Prove the README's commands on a bare Debian 12: a root made by debootstrap with git and make
# and nothing else, the committed tree cloned into it, and one command run there.
#
#   tools/bare-debian.sh FOLDER demo      make demo ARGS=--once
#   tools/bare-debian.sh FOLDER test      make test
#   tools/bare-debian.sh FOLDER CMD...    anything else, in the clone
#
# FOLDER/base is made once and copied for each run, so every run starts bare.  Needs root,
# debootstrap, and about 3 GB.  The package and npm settings of this machine (mirror, proxy) are
# carried over; nothing else is.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "run it as root: it makes a root folder and mounts /proc" >&2; exit 1; }
[ $# -ge 2 ] || { sed -n '2,12p' "$0" >&2; exit 2; }
repository=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
case "$*" in
demo) command="make demo ARGS=--once" ;;
test) command="make test" ;;
*) command="$*" ;;
esac

if [ ! -f "$folder/base.done" ]; then
    rm -rf "$folder/base"
    mirror=$(awk '/^URIs:/ {print $2; exit} /^deb / {print $2; exit}' /etc/apt/sources.list \
        /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
    debootstrap --variant=minbase --include=ca-certificates,git,make bookworm "$folder/base" $mirror
    touch "$folder/base.done"
fi

root="$folder/run"
cleanup() { for m in dev/pts dev proc sys; do umount -l "$root/$m" 2>/dev/null || true; done; }
trap cleanup EXIT
cleanup
rm -rf "$root"
cp -a "$folder/base" "$root"
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
cp /etc/hosts "$root/etc/hosts" 2>/dev/null || true
cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
cp -a /etc/ssl/certs/. "$root/etc/ssl/certs/" 2>/dev/null || true
[ -d /usr/local/share/ca-certificates ] && cp -a /usr/local/share/ca-certificates "$root/usr/local/share/" || true
[ -f "$HOME/.npmrc" ] && cp "$HOME/.npmrc" "$root/root/.npmrc" || true
[ -f /etc/npmrc ] && cp /etc/npmrc "$root/etc/npmrc" || true
mount -t proc proc "$root/proc"
mount -t sysfs sys "$root/sys"
mount --bind /dev "$root/dev"
mount -t devpts devpts "$root/dev/pts" 2>/dev/null || true

git clone -q --no-hardlinks "$repository" "$root/root/adwright"
echo "bare Debian: $command"
start=$(date +%s)
status=0
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    ${npm_config_registry:+npm_config_registry="$npm_config_registry"} \
    chroot "$root" bash -c "cd /root/adwright && $command" || status=$?
echo "exit status $status after $(($(date +%s) - start)) s"
exit $status
