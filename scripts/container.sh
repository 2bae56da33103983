# shellcheck shell=bash disable=SC2154
# Sourced after lib.sh: a Debian of its own, with systemd as its first process, that a test may spoil. Root only.
#
#   container_create SUITE PACKAGE...   unpacks a fresh one into $container_root
#   container_boot                      starts it; returns when it is up
#   container_run COMMAND...            runs a command in it, as root; stdin is empty
#   container_end                       stops it and removes it, whatever state it is in; for a trap
#
# It has a network of its own with nothing but localhost, so that its broker and its bus are nobody else's. It has no
# udev: devices are the kernel's, and rules are not run. The host may run without systemd.

container_root=
container_host=  # systemd-nspawn
container_group= # its control group, if nobody else makes it one
container_init=  # the first process inside, as the host numbers it

# The tree with its packages is kept, by suite and list of packages, and unpacked for each container.
container_create() {
	local suite=$1 cache=$top/target/containers kept
	shift
	local packages=systemd,systemd-sysv,dbus
	for package; do packages+=,$package; done
	kept=$cache/$suite-$(printf %s "$packages" | sha256sum | cut -c1-12).tar
	mkdir -p "$cache"
	if [ ! -f "$kept" ]; then
		find "$cache" -name '*.tar' -mtime +30 -delete
		mmdebstrap --quiet --format=tar --variant=minbase --include="$packages" "$suite" "$kept.part"
		mv "$kept.part" "$kept"
	fi
	container_root=$(mktemp -d "$cache/$suite.XXXXXX")
	tar -C "$container_root" --numeric-owner -xpf "$kept"
	# What the installer of a real one leaves, and a minimal tree does not have.
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$container_root/etc/hosts"
	# They would run on boot and are not what is tested.
	ln -sf /dev/null "$container_root/etc/systemd/system/apt-daily.timer"
	ln -sf /dev/null "$container_root/etc/systemd/system/apt-daily-upgrade.timer"
}

container_boot() {
	local flags=(--directory="$container_root" --boot --register=no --console=read-only --private-network
		--link-journal=no --machine=linky-test)
	if [ ! -d /run/systemd/system ]; then
		# Nobody makes a unit for it. In one control group with another container, each would end the other's services.
		flags+=(--keep-unit)
		container_group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/$(basename "$container_root")
		mkdir "$container_group"
	fi
	(
		[ -z "$container_group" ] || echo "$BASHPID" >"$container_group/cgroup.procs"
		# cgroup v2 inside, as on the systems that the package is for.
		SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 exec setsid systemd-nspawn "${flags[@]}"
	) </dev/null >"$container_root.log" 2>&1 &
	container_host=$!
	within 60 container_is_up || {
		cat "$container_root.log" >&2
		die "the container did not start"
	}
}

container_is_up() {
	container_init=$(pgrep -P "$container_host" | head -n 1)
	[ -n "$container_init" ] || return 1
	case $(container_run systemctl is-system-running 2>/dev/null) in
	running | degraded) return 0 ;;
	*) return 1 ;;
	esac
}

container_run() {
	nsenter --target "$container_init" --mount --uts --ipc --net --pid --cgroup --root --wd -- \
		env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		TERM=dumb SYSTEMD_PAGER='' "$@" </dev/null
}

container_end() {
	if [ -n "$container_host" ]; then
		[ -z "$container_init" ] || container_run systemctl poweroff >/dev/null 2>&1 || true
		within 20 container_is_gone || kill -KILL "$container_host" "$container_init" 2>/dev/null || true
		wait "$container_host" 2>/dev/null || true
		container_host=
	fi
	if [ -n "$container_group" ]; then
		# There is one in each hierarchy that systemd-nspawn knows.
		local hierarchies
		mapfile -t hierarchies < <(awk '$3 ~ /^cgroup/ { print $2 }' /proc/mounts)
		find "${hierarchies[@]}" -depth -type d -path "*/$(basename "$container_group")*" -exec rmdir {} + || true
		container_group=
	fi
	if [ -n "$container_root" ]; then
		rm -rf --one-file-system "$container_root" "$container_root.log"
		container_root=
	fi
}

container_is_gone() {
	! kill -0 "$container_host" 2>/dev/null
}
