# shellcheck shell=bash disable=SC2154
# Sourced after lib.sh: cargo for any architecture that the package is made for, whatever this machine is.
#
#   architecture_choose ARCH          amd64, arm64, armhf, or armv6 (Raspberry Pi 1 and Zero); sets the variables below
#   architecture_need_tools           compiler, libraries, standard library of Rust, where they are missing
#   architecture_cargo SUBCOMMAND...  cargo, for it
#   architecture_need_emulator        sets architecture_emulator: words before a program for it, to run it here
#
# Everything is linked with the libraries of Debian 12: one package serves Debian 12 and later. They are unpacked under
# target/cross and this machine's own are left alone. The same way is taken for this machine's own architecture, which
# may be a newer Debian.

# From PyPI, for 64-bit machines with either processor; the version that the package was made with.
zig_requirement='ziglang==0.17.1
	--hash=sha256:ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54
	--hash=sha256:b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e'

architecture=        # as asked for
architecture_debian= # as dpkg calls it
architecture_rust=   # as Rust calls it: the target
architecture_gnu=    # as gcc and the folders of libraries call it
architecture_root=   # a tree with the libraries of Debian 12 and their headers

architecture_flags=()    # for cargo
architecture_emulator=() # empty: this machine runs it by itself

architecture_choose() {
	architecture=$1
	architecture_debian=$1
	case $1 in
	amd64)
		architecture_rust=x86_64-unknown-linux-gnu
		architecture_gnu=x86_64-linux-gnu
		;;
	arm64)
		architecture_rust=aarch64-unknown-linux-gnu
		architecture_gnu=aarch64-linux-gnu
		;;
	armhf)
		architecture_rust=armv7-unknown-linux-gnueabihf
		architecture_gnu=arm-linux-gnueabihf
		;;
	armv6)
		architecture_debian=armhf
		architecture_rust=arm-unknown-linux-gnueabihf
		architecture_gnu=arm-linux-gnueabihf
		;;
	*) die "no package is made for '$1': amd64, arm64, armhf and armv6 are known" ;;
	esac
	architecture_root=$top/target/cross/bookworm-$architecture_debian
}

architecture_need_tools() {
	local packages=()
	if [ "$architecture_debian" = "$(dpkg --print-architecture)" ]; then
		packages+=(gcc libc6-dev binutils)
	else
		# A name of a package has no underscore.
		packages+=("gcc-${architecture_gnu//_/-}" "binutils-${architecture_gnu//_/-}")
	fi
	need_packages "${packages[@]}"
	need_rust
	architecture_need_libraries
	if [ "$architecture" = armv6 ]; then need_zig; fi
	architecture_need_std
	architecture_write_compiler
}

architecture_need_libraries() {
	need_packages mmdebstrap debian-archive-keyring gpg
	architecture_unpack "$architecture_debian" bookworm "$architecture_root" libc6-dev libssl-dev
}

# architecture_unpack ARCH SUITE FOLDER PACKAGE...: unpacks packages of Debian and what they depend on; nothing of them
# is run, so that no root is needed. Of the release itself, without its updates, from where this machine has its own: what
# is linked with the first works with all that follow.
architecture_unpack() {
	local machine=$1 suite=$2 folder=$3 mirror
	shift 3
	[ ! -d "$folder" ] || return 0
	mkdir -p target/cross
	rm -rf --one-file-system "$folder.part"
	# shellcheck disable=SC2016 # for apt
	mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep --max-count=1 '/debian/$' || true)
	mmdebstrap --quiet --mode=chrootless --variant=extract --architectures="$machine" --include="$*" \
		"$suite" "$folder.part" ${mirror:+"$mirror"} >&2 || return
	# What is not a package's: qemu would take these devices and names of hosts for this machine's.
	rm -rf --one-file-system "$folder.part"/{dev,etc,tmp,var}
	# A link to /lib would lead to this machine's.
	local link target
	while IFS=$'\t' read -r link target; do
		target=$(realpath --no-symlinks --relative-to="${link%/*}" "$folder.part$target") &&
			ln --force --no-dereference --symbolic "$target" "$link" || return
	done < <(find "$folder.part" -type l -lname '/*' -printf '%p\t%l\n')
	mv "$folder.part" "$folder"
}

# Debian's own gcc and start files make ARMv7 code for armhf; zig brings libc's start files for ARMv6.
need_zig() {
	tr -s '\n\t' ' ' <<<"$zig_requirement" | need_python target/cross/zig
}

# The standard library: as installed, for instance by rustup; else made from its sources, which Debian has too.
architecture_need_std() {
	local libraries sources version suite
	libraries=$(rustc --print target-libdir --target "$architecture_rust")
	compgen -G "$libraries/libstd-*.rlib" >/dev/null && return
	architecture_flags=("-Zbuild-std=std,panic_abort,test")
	# Without it only a nightly compiler takes that option.
	export RUSTC_BOOTSTRAP=1
	sources=$(rustc --print sysroot)/lib/rustlib/src/rust/library
	[ -d "$sources" ] && return
	# They must be of the version of the compiler. Debian keeps several; which, changes with time.
	version=$(rustc --version --verbose | sed -n 's/^release: //p')
	for suite in trixie-backports trixie forky sid; do
		architecture_unpack "$(dpkg --print-architecture)" "$suite" "$top/target/cross/rust-$version" \
			"rust-src=$version*" 2>/dev/null && break
	done
	# Where cargo looks for them instead of in the toolchain.
	export __CARGO_TESTS_ONLY_SRC_ROOT=$top/target/cross/rust-$version/usr/lib/rustlib/src/rust/library
	[ -d "$__CARGO_TESTS_ONLY_SRC_ROOT" ] || die "Rust $version has no standard library for $architecture_rust here, and \
Debian does not have its sources. With rustup: rustup target add $architecture_rust"
}

# The C compiler and linker: they find what is Debian 12's.
architecture_write_compiler() {
	local compiler=$top/target/cross/cc-$architecture
	if [ "$architecture" = armv6 ]; then
		compiler_of_zig
	else
		printf '#!/bin/sh\nexec %s-gcc --sysroot="%s" "$@"\n' "$architecture_gnu" "$architecture_root"
	fi >"$compiler"
	chmod +x "$compiler"
}

compiler_of_zig() {
	cat <<-END
		#!/bin/sh
		exec "$top/target/cross/zig/bin/python" -m ziglang cc -target arm-linux-gnueabihf.2.36 -mcpu=arm1176jzf_s \
			-Wl,--build-id=sha1 "\$@"
	END
}

architecture_cargo() (
	name=${architecture_rust//-/_}
	compiler=$top/target/cross/cc-$architecture
	export "CC_$name=$compiler" "CARGO_TARGET_${name^^}_LINKER=$compiler"
	if [ ${#architecture_emulator[@]} -gt 0 ]; then
		export "CARGO_TARGET_${name^^}_RUNNER=${architecture_emulator[*]}"
	fi
	export "${name^^}_OPENSSL_LIB_DIR=$architecture_root/usr/lib/$architecture_gnu"
	export "${name^^}_OPENSSL_INCLUDE_DIR=$architecture_root/usr/include"
	RUSTFLAGS="${RUSTFLAGS:-} $(remap_paths)"
	if [ "$architecture" = armv6 ]; then
		RUSTFLAGS+=" -C target-cpu=arm1176jzf-s"
		# The builds of dependencies only look into OpenSSL's headers, which are in two places. They would name the target
		# in a way that zig does not know.
		export CRATE_CC_NO_DEFAULTS=1 "CFLAGS_$name=-idirafter $architecture_root/usr/include/$architecture_gnu"
	fi
	export RUSTFLAGS
	cargo "$1" --locked --target "$architecture_rust" "${architecture_flags[@]}" "${@:2}"
)

architecture_need_emulator() {
	[ "$architecture_debian" != "$(dpkg --print-architecture)" ] || return 0
	need_packages qemu-user
	architecture_emulator=("qemu-${architecture_gnu%%-*}" -L "$architecture_root")
}
