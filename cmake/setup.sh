# SPDX-License-Identifier: BSL-1.0
# Sourced by examples/run, tests/run and .ci/run: what is missing is installed, configured and built, without a word on
# standard output, and without a word at all when there is nothing to do.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=release

packages=(g++ cmake ninja-build ccache libboost1.81-dev libboost-test1.81-dev libopenblas-dev libfmt-dev libcli11-dev
  libbenchmark-dev gnuplot-nox)
test_packages=(clang-19 clang-format-19 libclang-rt-19-dev)

say() { printf 'weft: %s\n' "$*" >&2; }
die() { say "${@:2}"; exit "$1"; }

# The example programs, one name a line.
examples() { (cd "$root/examples" && for f in *.cpp; do [ ! -f "$f" ] || echo "${f%.cpp}"; done); }

# Takes a leading `--preset NAME` (or -h) off the arguments and leaves the others in the array `rest`.
take_options() { # USAGE ARGUMENT...
  local usage=$1; shift
  while :; do
    case ${1-} in
      -h | --help) printf '%s\n' "$usage"; exit 0 ;;
      --preset) [ $# -ge 2 ] || die 2 "--preset needs a name"; preset=$2; shift 2 ;;
      --preset=*) preset=${1#*=}; shift ;;
      *) break ;;
    esac
  done
  local known
  known=$(sed -n '/"buildPresets"/,/\]/s/.*"name": "\([^"]*\)".*/\1/p' "$root/CMakePresets.json")
  grep -qxF -- "$preset" <<<"$known" || die 2 "no preset '$preset'; there are:" $known
  build=$root/build/$preset log=$root/build/$preset.log
  rest=("$@")
}

# Installs those of the packages that are missing. On a system without dpkg it is left to CMake to say what is missing.
install_packages() { # PACKAGE...
  command -v dpkg-query >/dev/null || return 0
  local have missing=() p as_root=() log=$root/build/apt.log
  have=" $(dpkg-query -W -f '${db:Status-Status}=${Package} ' "$@" 2>/dev/null || true) "
  for p; do [[ $have == *" installed=$p "* ]] || missing+=("$p"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die 1 "missing, and no sudo to install them:" "${missing[@]}"
    as_root=(sudo)
  fi
  say "installing" "${missing[@]}"
  apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" </dev/null >>"$log" 2>&1; }
  install() { apt install -y --no-install-recommends "${missing[@]}"; }
  mkdir -p "$root/build"; : >"$log"
  if compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null && install; then return 0; fi
  if apt update && install; then return 0; fi                           # no lists, or too old ones
  tail -n 5 "$log" >&2
  die 1 "apt-get could not install them (log: $log)"
}

configure_failed() { grep -v '^--' "$log" | tail -n 30 >&2; die 1 "cmake --preset $preset failed (log: $log)"; }

# Configures where that was not done for these presets on this processor yet. With `again`, in any case.
configure() { # [again]
  local stamp; stamp=$({ cat "$root/CMakePresets.json"; grep -m1 ^flags /proc/cpuinfo || true; } | cksum)
  mkdir -p "$build"
  if [ "${1-}" != again ] && [ -f "$build/build.ninja" ] && [ "$(cat "$build/.configured" 2>/dev/null)" = "$stamp" ]; then
    return 0
  fi
  cmake -S "$root" --preset "$preset" >"$log" 2>&1 </dev/null || configure_failed
  echo "$stamp" >"$build/.configured"
}

# Builds a file of the build folder, or `all`, and says so if there is something to build. What ninja's dry run shows of
# build.ninja itself would always be "re-check the source lists"; read through another file, it shows the target alone.
build_target() { # TARGET WHAT
  ninja -C "$build" build.ninja >"$log" 2>&1 </dev/null || configure_failed
  echo 'include build.ninja' >"$build/dry.ninja"
  ninja -C "$build" -f dry.ninja -n "$1" 2>&1 </dev/null | grep -q 'no work to do' && return 0
  say "building $2 ($preset) ..."
  ninja -C "$build" "$1" >"$log" 2>&1 </dev/null && return 0
  sed -n '/^FAILED:/,$p' "$log" | grep -v '^\[' | cut -c1-400 | head -n 60 >&2
  die 1 "$2 did not build (log: $log)"
}
