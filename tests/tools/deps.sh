#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What fabricpulse needs from the system, and how it gets there.
#
#   deps.sh GROUP...           install exactly the packages of these groups that are missing
#   deps.sh --check GROUP...   print the missing ones; exit 1 when there are any
#
# Groups: build, demo, test, check (analysis and coverage). `all` is every group.
# Each row of the table: group, Debian package, Fedora package, probe. A probe is
#   cmd:NAME    a program on PATH
#   file:GLOB   a file
#   py:MODULE   a module of /usr/bin/python3
# Without root and without a sudo that needs no password, the command is printed for the operator
# and the exit status is 1. Debian starts each service that it installs. The tests want Prometheus
# the program and not the service, so its unit stays masked during the installation and disabled
# afterwards; where no systemd runs, RUNLEVEL=1 tells invoke-rc.d the same.
set -u
export LC_ALL=C

table='
build  gcc                       gcc                          cmd:gcc
build  make                      make                         cmd:make
build  binutils                  binutils                     cmd:ar
build  libc6-dev                 glibc-devel                  file:/usr/include/stdio.h
build  pkg-config                pkgconf-pkg-config           cmd:pkg-config
build  libpcap-dev               libpcap-devel                file:/usr/include/pcap/pcap.h
build  libmicrohttpd-dev         libmicrohttpd-devel          file:/usr/include/microhttpd.h
build  libcjson-dev              cjson-devel                  file:/usr/include/cjson/cJSON.h
build  libyaml-dev               libyaml-devel                file:/usr/include/yaml.h
build  zlib1g-dev                zlib-devel                   file:/usr/include/zlib.h
test   libcmocka-dev             libcmocka-devel              file:/usr/include/cmocka.h
test   python3                   python3                      file:/usr/bin/python3
test   python3-prometheus-client python3-prometheus_client    py:prometheus_client.openmetrics
test   prometheus                golang-github-prometheus     cmd:promtool
test,demo curl                   curl                         cmd:curl
test   systemd                   systemd                      cmd:systemd-analyze
test   procps                    procps-ng                    file:/bin/kill
check  clang-14                  clang                        cmd:clang-14,clang
check  libclang-rt-14-dev        compiler-rt                  file:/usr/lib*/llvm-14/lib/clang/14*/lib/linux/libclang_rt.fuzzer-*.a,/usr/lib*/clang/*/lib/*/libclang_rt.fuzzer*.a
check  llvm-14                   llvm                         cmd:llvm-symbolizer-14,llvm-symbolizer
check  clang-tidy-14             clang-tools-extra            cmd:clang-tidy-14,clang-tidy
check  clang-format-14           clang-tools-extra            cmd:clang-format-14,clang-format
check  cppcheck                  cppcheck                     cmd:cppcheck
check  gcovr                     gcovr                        cmd:gcovr
check  valgrind                  valgrind                     cmd:valgrind
'

# One alternative of a probe.
holds() {
    case $1 in
    cmd:*)  command -v "${1#cmd:}" >/dev/null ;;
    file:*) compgen -G "${1#file:}" >/dev/null ;;
    py:*)   /usr/bin/python3 -c "import ${1#py:}" 2>/dev/null ;;
    *)      echo "deps.sh: unknown probe $1" >&2; exit 2 ;;
    esac
}

# A whole probe: kind:first,second,... any of them.
probed() {
    local kind=${1%%:*} one IFS=,
    for one in ${1#*:}; do
        holds "$kind:$one" && return 0
    done
    return 1
}

# Prints the missing packages of the groups given, in this system's spelling.
missing() {
    local group debian fedora probe
    while read -r group debian fedora probe; do
        [[ -n $group && " $* " =~ \ (all|${group//,/|})\  ]] || continue
        probed "$probe" && continue
        if [[ $manager == dnf ]]; then echo "$fedora"; else echo "$debian"; fi
    done <<<"$table"
}

manager=apt
command -v apt-get >/dev/null || ! command -v dnf >/dev/null || manager=dnf

check=no
if [[ ${1-} == --check ]]; then
    check=yes
    shift
fi
[[ $# -gt 0 ]] || { sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" >&2; exit 2; }

mapfile -t want < <(missing "$@" | sort -u)
[[ ${#want[@]} -gt 0 ]] || exit 0
if [[ $check == yes ]]; then
    printf '%s\n' "${want[@]}"
    exit 1
fi

if [[ $manager == dnf ]]; then
    install=(dnf install -y "${want[@]}")
    refresh=(true)
else
    install=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
             apt-get install -y -qq --no-install-recommends "${want[@]}")
    refresh=(apt-get update -qq)
fi

root=()
if [[ $(id -u) -ne 0 ]]; then
    if sudo -n true 2>/dev/null; then
        root=(sudo -n)
    else
        echo "missing: ${want[*]}" >&2
        echo "as root, type: ${install[*]}" >&2
        exit 1
    fi
fi

# Keeps a freshly installed prometheus.service from starting, now and at the next boot.
service() {
    [[ -d /run/systemd/system && " ${want[*]} " == *" prometheus "* ]] || return 0
    "${root[@]}" systemctl --quiet "$1" prometheus.service
}

packages() {
    service mask && "${root[@]}" "${refresh[@]}" && "${root[@]}" "${install[@]}" \
        && service unmask && service disable
}

echo "  DEPS    ${want[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! packages >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    echo "deps.sh: could not install: ${want[*]}" >&2
    exit 1
fi
mapfile -t left < <(missing "$@" | sort -u)
if [[ ${#left[@]} -gt 0 ]]; then
    echo "deps.sh: installed, yet not found: ${left[*]}" >&2
    exit 1
fi
