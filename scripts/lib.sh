# shellcheck shell=bash
# Sourced by the scripts beside it (bash): where the project is, what is missing and how it is installed, stages.
#
# Nothing here is done twice: a set-up that finds everything in place costs a fraction of a second and needs no root.

set -euo pipefail

caller=$PWD
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"

# Not in Debian; the version that the package was made with.
cargo_deb_version=3.8.0

die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

[[ $top != *[[:space:]]* ]] || die "the project is in a folder with a space, which cargo's flags cannot carry: $top"

# named PATH: as whoever called the script means it, from wherever.
named() {
	case $1 in
	/*) printf '%s\n' "$1" ;;
	*) printf '%s\n' "$caller/$1" ;;
	esac
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		die "not root, and sudo is not there. Run as root: $*"
	fi
}

# need_packages NAME...: installs those Debian packages that are missing.
need_packages() {
	local package missing=()
	command -v dpkg-query >/dev/null || die "this is not Debian or a child of it: install what is called there $*"
	for package; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	printf 'installing %s\n' "${missing[*]}" >&2
	# Unattended upgrades may be at it, on a machine that has just started. apt waits for dpkg's lock when asked to, never for
	# that of its lists.
	within 60 as_root apt-get update -q >&2
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}" >&2 </dev/null
}

# unpack_packages FOLDER NAME...: what Debian packages hold, without installing them: those that would start a service. What they
# depend on is not there.
unpack_packages() {
	local folder=$1 part=$1.part package
	shift
	[ ! -d "$folder" ] || return 0
	rm -rf "$part"
	mkdir -p "$part"
	printf 'unpacking %s\n' "$*" >&2
	# The lists of packages may not be there yet, or be of before.
	(cd "$part" && { apt-get download -q "$@" || { within 60 as_root apt-get update -q && apt-get download -q "$@"; }; }) >&2 || return
	for package in "$part"/*.deb; do dpkg-deb --extract "$package" "$part"; done
	rm "$part"/*.deb
	mv "$part" "$folder"
}

need_rust() {
	local wanted
	wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
	command -v cargo >/dev/null ||
		die "Rust is missing: https://rustup.rs, or a package rustc and cargo of version $wanted or newer"
}

need_build_tools() {
	local packages=(gcc libc6-dev pkg-config)
	# OpenSSL, if a dependency links it.
	if grep -q '^name = "openssl-sys"' Cargo.lock; then packages+=(libssl-dev); fi
	need_packages "${packages[@]}"
	need_rust
}

# For the live view of a simulated meter, and the tests: a bus and a broker.
need_bus_and_broker() {
	need_packages dbus mosquitto mosquitto-clients systemd
}

# To look at a package and to install it in a machine of its own.
need_package_tools() {
	need_deb_builder
	need_packages lintian systemd-container mmdebstrap debian-archive-keyring procps
}

need_deb_builder() {
	need_packages dpkg-dev
	# The user's own, if it is of another version, stays untouched.
	is_cargo_deb_there && return
	PATH=$top/target/tools/bin:$PATH
	is_cargo_deb_there && return
	printf 'installing cargo-deb %s\n' "$cargo_deb_version" >&2
	cargo install --quiet --debug --locked --root target/tools "cargo-deb@$cargo_deb_version" >&2
}

is_cargo_deb_there() {
	[ "$(cargo deb --version 2>/dev/null)" = "cargo-deb $cargo_deb_version" ]
}

# need_python FOLDER: a virtual environment with what the standard input names, with hashes, from PyPI; and nothing else.
need_python() {
	local folder=$1 wanted
	wanted=$(cat)
	[ "$(cat "$folder/requirements.txt" 2>/dev/null)" != "$wanted" ] || return 0
	need_packages python3-venv
	rm -rf "$folder"
	/usr/bin/python3 -m venv "$folder"
	"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		--requirement <(printf '%s\n' "$wanted") >&2
	printf '%s\n' "$wanted" >"$folder/requirements.txt"
}

# need_pypi_tools: the tools of .github/tools.txt are in $pypi_tools, as programs that are built; for 64-bit machines with either
# processor. It is not put into PATH: the Python in it lacks what Debian's has.
# shellcheck disable=SC2034 # for who sources this
pypi_tools=$top/target/pypi-tools/bin
need_pypi_tools() {
	need_python target/pypi-tools <.github/tools.txt
}

build_release() {
	RUSTFLAGS="${RUSTFLAGS:-} $(remap_paths)" cargo build --release --locked "$@"
}

# Flags for the compiler: no path of this machine is in what it makes, and two places make the same.
remap_paths() {
	printf -- '--remap-path-prefix=%s ' "${CARGO_HOME:-$HOME/.cargo}=/cargo" "$(rustc --print sysroot)=/rust" "$top=/linky-sensor"
}

# stage TITLE COMMAND...: one line with its duration; what the command prints is kept, and shown if it fails.
stage() {
	local title=$1 log=target/stages/${1// /-}.log start=$SECONDS
	shift
	mkdir -p target/stages
	printf '%-40s' "$title"
	# Not as the condition of an if: bash would go on after a failing command in there.
	set +e
	(set -e; "$@") >"$log" 2>&1 </dev/null
	local status=$?
	set -e
	if [ $status = 0 ]; then
		printf 'ok      %4d s\n' $((SECONDS - start))
	else
		printf 'FAILED  %4d s\n' $((SECONDS - start))
		cat "$log"
		exit 1
	fi
}

# within SECONDS COMMAND...: waits until the command succeeds; fails if it does not in that time.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}
