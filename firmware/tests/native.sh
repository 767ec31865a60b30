#!/usr/bin/env bash
# The firmware on a MicroPython of 32 bits with the heap of an ESP8266 and real sockets, against a live instance.
# Prints "N passed, N failed" as its last line.
#
# The interpreter is Debian's i386 package of the suite after this machine's: fetched with an apt state of its own, unpacked
# and started by its own dynamic linker. Nothing is installed. CROFT_MICROPYTHON names another one to use instead.
set -euo pipefail
cd "$(dirname "$0")/../.."

suite=trixie
packages=(micropython libc6 libffi8 libgcc-s1 libmbedcrypto16 libmbedtls21 libmbedx509-7)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() {
  local state="$work/apt" root="$work/root" current
  current=$(. /etc/os-release && echo "${VERSION_CODENAME:?this machine is no Debian: set CROFT_MICROPYTHON}")
  mkdir -p "$state"/{sources,lists/partial,cache/archives/partial} "$work/packages" "$root"
  # The machine's own sources, with the name of the suite changed.
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/debian.list; do
    if [ -s "$list" ]; then sed "s/$current/$suite/g" "$list" >"$state/sources/$(basename "$list")"; fi
  done
  local options=(
    -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$state/sources"
    -o "Dir::State::Lists=$state/lists" -o "Dir::Cache=$state/cache"
    -o APT::Architecture=i386 -o APT::Architectures=i386 -o APT::Sandbox::User=root
  )
  # An index that fails (a mirror in the middle of an update) matters only if a package is then missing.
  apt-get -qq "${options[@]}" update 2>"$work/update.log" || true
  (cd "$work/packages" && apt-get -qq "${options[@]}" download "${packages[@]}") || { cat "$work/update.log"; exit 1; }
  for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$root"; done
  cat >"$work/micropython" <<START
#!/bin/sh
exec $root/usr/lib/ld-linux.so.2 --library-path $root/usr/lib/i386-linux-gnu $root/usr/bin/micropython "\$@"
START
  chmod +x "$work/micropython"
  export CROFT_MICROPYTHON="$work/micropython"
}

[ -n "${CROFT_MICROPYTHON:-}" ] || fetch
"$CROFT_MICROPYTHON" -c 'import sys; assert sys.maxsize == 2**31 - 1; print(sys.version)'

PATH="$PWD/node_modules/.bin:$PATH"
report="$work/report.json"
status=0
vitest run --config firmware/tests/native/vitest.config.ts \
  --reporter=default --reporter=json --outputFile.json="$report" </dev/null || status=$?

read -r passed failed < <(node -e '
  const report = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
  console.log(report.numPassedTests, report.numFailedTests);
' "$report" || echo 0 1)
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
if [ $((passed + failed)) -eq 0 ]; then failed=1; fi
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
