#!/bin/sh
# Install what is missing, from Debian 12's packages.
#   tools/deps.sh        to build and run
#   tools/deps.sh test   also what the tests need
# Does nothing, quickly, when everything is there.
set -eu

build="gcc libc6-dev make pkg-config git ca-certificates tzdata libmicrohttpd-dev libjson-c-dev
libcurl4-openssl-dev libsqlite3-dev libpq-dev libsodium-dev libssl-dev libavformat-dev
libavcodec-dev libavutil-dev libswscale-dev libswresample-dev libseccomp-dev
libpocketsphinx-dev libsphinxbase-dev nodejs npm"
run="pocketsphinx-en-us"
test="postgresql-15 sqlite3 clang-14 libclang-rt-14-dev clang-format-14 ffmpeg curl procps flite chromium
firefox-esr webkit2gtk-driver xvfb xauth"

wanted="$build $run"
[ "${1:-}" = test ] && wanted="$build $run $test"

missing=""
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done
# A Node that did not come from Debian's package serves as well.
case "$missing" in
*nodejs*) command -v node >/dev/null && command -v npm >/dev/null &&
    missing=$(printf '%s' "$missing" | sed 's/ nodejs\b//; s/ npm\b//') ;;
*npm*) command -v npm >/dev/null && missing=$(printf '%s' "$missing" | sed 's/ npm\b//') ;;
esac
[ -z "$(printf '%s' "$missing" | tr -d ' ')" ] && exit 0

sudo=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "adwright needs these packages and you are not root: apt-get install$missing" >&2
        exit 1
    }
    sudo=sudo
fi
echo "Installing:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
