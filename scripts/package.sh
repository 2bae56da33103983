# shellcheck shell=bash disable=SC2034,SC2154
# Sourced after container.sh by the scripts that try the package on a booted Debian: a line for each claim, the meter
# that is plugged in, and what is asked of the installed package.

bus=io.github.linky_sensor.Linky1
meter=/io/github/linky_sensor/Linky1/meter_main
# The exit status of the script: 1 as soon as a claim failed.
failed=0

# claim TEXT COMMAND...: prints whether the command succeeds, and the last line that it printed.
claim() {
	local text=$1 seen verdict=ok
	shift
	seen=$("$@" 2>&1) || {
		verdict=FAILED
		failed=1
	}
	if [ "$verdict" = FAILED ]; then
		printf '  %-7s %s\n%s\n' "$verdict" "$text" "$(sed 's/^/          | /' <<<"$seen")"
	else
		seen=$(tail -n 1 <<<"$seen")
		printf '  %-7s %s%s\n' "$verdict" "$text" "${seen:+: ${seen:0:120}}"
	fi
}

# A user without any right.
anyone() {
	container_run runuser -u nobody -- "$@"
}

# refused COMMAND...: the command fails, and because access is denied.
refused() {
	local printed
	if printed=$("$@" 2>&1); then
		printf 'not refused: %s\n' "$printed"
		return 1
	fi
	grep -i -E 'access ?denied|not allowed|permission denied' <<<"$printed"
}

# A pseudo-terminal stands for the port of the meter; the unit opens serial ports alone. Before the container boots.
allow_pseudo_terminals() {
	local unit=$container_root/etc/systemd/system/linky-sensor.service.d
	mkdir -p "$unit"
	printf '[Service]\nDeviceAllow=char-pts rw\n' >"$unit/pty.conf"
}

# configure NAME: standard input becomes a file of the configuration; the service starts anew.
configure() {
	mkdir -p "$container_root/etc/linky-sensor/linky-sensor.d"
	cat >"$container_root/etc/linky-sensor/linky-sensor.d/$1.toml"
	container_run systemctl restart linky-sensor.service
}

# --- The meter

# The simulator runs out of reach of the package's own removal. It has numbers that are found nowhere by chance.
serial=918273
point=60718293041526
start_meter() {
	local port
	container_run cp /usr/bin/linky-sensor /usr/local/bin/linky-meter &&
		container_run systemd-run --quiet --unit=linky-meter /usr/local/bin/linky-meter simulate \
			--serial "$serial" --prm "$point" --link /dev/linky &&
		within 60 container_run test -e /dev/linky &&
		port=$(container_run readlink -f /dev/linky) &&
		# A serial port belongs to dialout; a pseudo-terminal has to be given to it.
		container_run chgrp dialout "$port" && container_run chmod 660 "$port" && echo "$port"
}

# A port that its reader did not give back (it was killed) stays taken as long as the simulator lives.
start_meter_anew() {
	container_run systemctl stop linky-meter.service && start_meter
}

# --- The service

service_property() {
	container_run systemctl show linky-sensor.service --property "$1" --value
}

is_active() {
	[ "$(service_property ActiveState)" = active ]
}

started_at_once() {
	within 60 is_active && [ "$(service_property NRestarts)" = 0 ] && echo "active, no restart" || {
		container_run systemctl status --no-pager --full linky-sensor.service
		return 1
	}
}

status_has() {
	[[ "$(service_property StatusText)" == *"$1"* ]]
}

# status_comes SECONDS TEXT
status_comes() {
	within "$1" status_has "$2" && service_property StatusText || {
		service_property StatusText
		return 1
	}
}

status_is_receiving() {
	status_comes 30 receiving
}

# What the daemon logs, not what systemd logs about it.
journal_has() {
	container_run journalctl --output=cat --no-pager --grep "$1" --case-sensitive=no _COMM=linky-sensor
}

# --- What it publishes

energy_on_the_bus() {
	anyone busctl --system get-property "$bus" "$meter" "$bus.Consumption" Energy | sed -n 's/^t //p'
}

energy_in_the_state() {
	container_run mosquitto_sub -W 60 -C 1 -t linky/main/state 2>&1 | grep -o '"energy":[0-9]*' | cut -d: -f2
}

bus_gives_the_energy() {
	local energy
	energy=$(energy_on_the_bus)
	echo "$energy Wh"
	[ "${energy:-0}" -gt 0 ]
}

broker_has_the_energy() {
	local energy
	energy=$(energy_in_the_state)
	echo "$energy Wh"
	[ "${energy:-0}" -gt 0 ]
}

request_name() {
	"$1" busctl --system call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus RequestName su "$bus" 0
}

set_property() {
	anyone busctl --system call "$bus" "$meter" org.freedesktop.DBus.Properties Set ssv "$bus.Consumption" Energy t 1
}

# --- The end

purges() {
	container_run apt-get purge -y linky-sensor && [ "$(service_property LoadState)" = not-found ] &&
		[ "$(service_property ActiveState)" = inactive ]
}

# nothing_is_left [PATH...]: but for what the test itself put there.
nothing_is_left() {
	local left path flags=()
	for path; do flags+=(-not -path "$path"); done
	left=$(container_run find / -xdev -path '*linky*' -not -path '/usr/local/*' \
		-not -path '/etc/systemd/system/linky-sensor.service.d*' "${flags[@]}")
	printf '%s' "$left"
	[ -z "$left" ]
}
