# shellcheck shell=bash disable=SC2154
# Sourced after lib.sh: the disk of a whole machine, for qemu to boot. Root only.
#
#   machine_tools                    what all this needs
#   machine_make ARCH SUITE          makes what is not kept already; $machine is the folder that holds it:
#                                    kernel, initrd, and disk, which is to be copied before it is written to
#
# It is a Debian with systemd as its first process, a broker, a name server and no network. What the driver needs in it is
# put there for each run (tests/machine). A machine of another architecture is configured by qemu-user.

machine=

# Beside what Debian's smallest has. libssl comes with the broker.
machine_packages=systemd,systemd-sysv,dbus,udev,kmod,login,mosquitto,mosquitto-clients,dnsmasq-base,busybox-static

machine_tools() {
	need_packages mmdebstrap debian-archive-keyring arch-test e2fsprogs kmod cpio xz-utils zstd python3 openssl \
		qemu-system-arm qemu-system-x86 qemu-user-static binfmt-support
	mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
	[ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || update-binfmts --enable
}

machine_make() {
	local arch=$1 suite=$2 kernel_package cache=$top/target/machines key work mirror=(--aptopt='Acquire::Retries "5"')
	case $arch in
	amd64 | arm64) kernel_package=linux-image-$arch ;;
	armhf) kernel_package=linux-image-armmp ;;
	*) die "no machine of architecture $arch: amd64, arm64 or armhf" ;;
	esac
	# Another recipe is another machine.
	key=$(cat <(echo "$machine_packages") "$top/scripts/machine.sh" | sha256sum | cut -c1-12)
	machine=$cache/$suite-$arch-$key
	[ ! -f "$machine/disk" ] || return 0
	rm -rf "$cache/$suite-$arch"-*
	mkdir -p "$cache"
	work=$(mktemp -d "$cache/making.XXXXXX")
	# shellcheck disable=SC2064 # as it is now
	trap "rm -rf --one-file-system '$work'" EXIT
	chmod 755 "$work"

	# Names of hardware, compiled for minutes by an emulated processor, that nothing here asks for.
	export SYSTEMD_HWDB_UPDATE_BYPASS=1
	mmdebstrap --quiet "${mirror[@]}" --arch="$arch" --variant=minbase --include="$machine_packages" "$suite" "$work/root"
	# Unpacked and no more: its installation would make an initrd of 40 MB for minutes.
	mmdebstrap --quiet "${mirror[@]}" --arch="$arch" --variant=extract --include="$kernel_package" "$suite" "$work/kernel-root"
	machine_kernel "$work"
	machine_initrd "$work"
	machine_settings "$work/root"
	local used
	used=$(du -sm "$work/root" | cut -f1)
	# With a journal, as a real one: power will be cut. The checksums would want one more module in the initrd.
	mkfs.ext4 -q -F -O ^metadata_csum -d "$work/root" "$work/disk" $((used + 500))M >/dev/null
	rm -rf --one-file-system "$work/root" "$work/kernel-root" "$work/initrd-root"
	mv "$work" "$machine"
	trap - EXIT
}

machine_kernel() {
	local work=$1 modules version
	# Debian 13 has no /lib of its own any more.
	modules=$(find "$work/kernel-root" -path '*lib/modules/*' -prune -type d)
	version=$(basename "$modules")
	# Newer ones keep the kernel beside its modules.
	cp "$work/kernel-root/boot/vmlinuz-$version" "$work/kernel" 2>/dev/null || mv "$modules/vmlinuz" "$work/kernel"
	mkdir -p "$work/root/usr/lib/modules"
	mv "$modules" "$work/root/usr/lib/modules/"
	depmod -b "$work/root" "$version"
}

# As much as it takes to mount the disk.
machine_initrd() {
	local work=$1 version module kind path name number=10
	version=$(basename "$work"/root/usr/lib/modules/*)
	mkdir -p "$work"/initrd-root/{proc,sys,dev,disk,modules}
	cp "$work/root/usr/bin/busybox" "$work/initrd-root/busybox"
	for module in virtio_pci virtio_blk virtio_console ext4; do
		while read -r kind path _; do
			name=$(basename "$path")
			if [ "$kind" != insmod ] || compgen -G "$work/initrd-root/modules/*-${name%.ko*}.ko" >/dev/null; then
				continue
			fi
			number=$((number + 1))
			case $name in
			*.xz) xz -dc "$path" ;;
			*.zst) zstd -dcq "$path" ;;
			*) cat "$path" ;;
			esac >"$work/initrd-root/modules/$number-${name%.ko*}.ko"
		done < <(modprobe -d "$work/root" -S "$version" --show-depends "$module")
	done
	cat >"$work/initrd-root/init" <<-'END'
		#!/busybox sh
		/busybox mount -t proc proc /proc
		/busybox mount -t sysfs sysfs /sys
		/busybox mount -t devtmpfs dev /dev
		for module in /modules/*; do /busybox insmod $module; done
		tries=0
		until [ -b /dev/vda ] || [ $tries = 300 ]; do /busybox sleep 0.1; tries=$((tries + 1)); done
		/busybox mount -t ext4 /dev/vda /disk || exec /busybox poweroff -f
		/busybox mount --move /dev /disk/dev
		/busybox umount /proc /sys
		exec /busybox switch_root /disk /sbin/init
	END
	chmod 755 "$work/initrd-root/init"
	(cd "$work/initrd-root" && find . | cpio --quiet -o -H newc | gzip -1) >"$work/initrd"
}

machine_settings() {
	local root=$1 units=$1/etc/systemd/system unit
	echo linky-test >"$root/etc/hostname"
	printf '127.0.0.1 localhost linky-test\n::1 localhost\n' >"$root/etc/hosts"
	echo 'nameserver 127.0.0.1' >"$root/etc/resolv.conf"
	echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
	mkdir -p "$root/var/log/journal"
	# They cost a slow machine time and are not what is tested. The broker is started by the test.
	for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
		fstrim.timer serial-getty@hvc0.service getty@tty1.service; do
		ln -sf /dev/null "$units/$unit"
	done
	rm -f "$units/multi-user.target.wants/mosquitto.service"
}
