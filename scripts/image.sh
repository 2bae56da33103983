# shellcheck shell=bash disable=SC2034,SC2154
# Sourced after lib.sh by the tests of the container image: podman with runc and a store of its own, a meter, a broker.
#
#   image_work             makes the folder $work; all that is begun here ends with the script
#   image_tools            installs what is missing
#   image_load ARCHIVE     loads an image of scripts/build-image; its name is in $image
#   image_program DEB      unpacks the program of a package, for this machine: $program
#   free_port              prints one
#   meter_on PORT          a simulated meter, served over the network
#   pty_meter LINK         a simulated meter on a pseudo-terminal, LINK leads to it
#   broker_start PORT [LINE...]   a mosquitto with these lines in its configuration
#   engine WORD...         the engine: podman, or what the array `engine` has
#   image_config NAME      standard input becomes a file; prints the volume that puts it in its place
#   contained NAME OPTION... -- WORD...   runs a container in the background as the documentation has it
#   claim TEXT COMMAND...  prints whether the command succeeds, and the last line that it printed

work=
image=
program=
processes=()
engine=(podman)
# The exit status of the script: 1 as soon as a claim failed.
failed=0

image_work() {
	work=$(mktemp -d)
	chmod 755 "$work"
	trap image_end EXIT
	trap 'exit 130' INT TERM
}

image_end() {
	local process
	if [ -f "$work/containers.conf" ]; then
		podman rm --all --force --time 5 >/dev/null 2>&1 || true
		podman rmi --all --force >/dev/null 2>&1 || true
	fi
	for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
	wait
	if [ "$(id -u)" = 0 ]; then
		# What an engine has left mounted.
		awk -v work="$work/" 'index($2, work) == 1 { print $2 }' /proc/mounts | xargs --no-run-if-empty umount --lazy
		rm -rf --one-file-system "$work"
	else
		podman unshare rm -rf --one-file-system "$work"
	fi
}

image_tools() {
	need_packages podman runc skopeo jq mosquitto mosquitto-clients socat openssl procps dpkg-dev
	# On a machine without systemd or with old control groups crun does not work, and limits cannot be raised.
	cat >"$work/containers.conf" <<-END
		[engine]
		runtime = "runc"
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		[containers]
		default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
	END
	printf '[storage]\ndriver = "vfs"\nrunroot = "%s"\ngraphroot = "%s"\n' "$work/run" "$work/graph" >"$work/storage.conf"
	export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf
}

engine() {
	"${engine[@]}" "$@"
}

image_load() {
	image=$(engine load --quiet --input "$1" | sed -n 's/^Loaded image: //p')
	[ -n "$image" ] || die "$1 was not loaded"
}

image_program() {
	dpkg-deb --extract "$1" "$work/package"
	program=$work/package/usr/bin/linky-sensor
}

# begin COMMAND...: in the background, to the end of the script.
begin() {
	"$@" >>"$work/background.log" 2>&1 </dev/null &
	processes+=($!)
}

meter_on() {
	begin socat "TCP-LISTEN:$1,bind=127.0.0.1,reuseaddr,fork" "EXEC:$program simulate --output stdout"
}

pty_meter() {
	begin "$program" simulate --link "$1"
	within 60 test -e "$1"
}

broker_start() {
	local port=$1 conf=$work/mosquitto-$1.conf
	shift
	printf '%s\n' "listener $port 127.0.0.1" "user root" "$@" >"$conf"
	begin "$(PATH=$PATH:/usr/sbin command -v mosquitto)" -c "$conf"
	within 60 listens "$port"
}

# A port of loopback that nobody listens on, and that neither the system nor the tests in Rust give to anyone.
free_port() {
	local port
	while port=$((10000 + RANDOM % 2000)) && listens "$port"; do :; done
	printf '%d\n' "$port"
}

listens() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

image_config() {
	cat >"$work/$1.toml"
	chmod 644 "$work/$1.toml"
	printf '%s:/etc/linky-sensor/linky-sensor.toml:ro' "$work/$1.toml"
}

# The options are those of docs/CONTAINER.md.
contained() {
	local name=$1 options=()
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	engine run --detach --name "$name" --network=host --read-only --cap-drop=all --security-opt no-new-privileges \
		--memory 64m --pids-limit 32 "${options[@]}" "$image" "$@"
}

claim() {
	local text=$1 printed status
	shift
	# Not as the condition of an if: bash would go on after a failing command in there.
	set +e
	printed=$(set -e; "$@" 2>&1 </dev/null)
	status=$?
	set -e
	if [ $status = 0 ]; then
		printed=$(tail -n 1 <<<"$printed")
		printf '  %-7s %s%s\n' ok "$text" "${printed:+: ${printed:0:120}}"
	else
		failed=1
		printf '  %-7s %s\n%s\n' FAILED "$text" "$(sed 's/^/          | /' <<<"$printed")"
	fi
}

# healthy NAME: within a minute the health check succeeds; prints the status line.
healthy() {
	within 60 engine exec "$1" /usr/bin/linky-sensor health && engine exec "$1" /usr/bin/linky-sensor health
}

# health_has NAME TEXT
health_has() {
	[[ "$(engine exec "$1" /usr/bin/linky-sensor health 2>&1)" == *"$2"* ]]
}

# becomes NAME TEXT: within a minute the health check prints this.
becomes() {
	within 60 health_has "$1" "$2" || {
		engine exec "$1" /usr/bin/linky-sensor health || true
		engine logs "$1"
		return 1
	}
}

# receives PORT TOPIC [OPTION...]: a message of mosquitto_sub.
receives() {
	local port=$1 topic=$2
	shift 2
	mosquitto_sub -p "$port" -t "$topic" -C 1 -W 60 "$@"
}

# state_is_published PORT BASE-TOPIC [OPTION...]: one with an energy; a value is null until it is judged.
state_is_published() {
	local state
	state=$(mosquitto_sub -p "$1" -t "$2/main/state" -C 30 -W 60 "${@:3}" | jq -n 'first(inputs | select(.energy))')
	jq -r '.link + ", " + (.energy | tostring) + " Wh"' <<<"$state"
	[ -n "$state" ]
}

# is_killed_and_comes_back NAME: the daemon, when it hangs.
is_killed_and_comes_back() {
	local before
	before=$(daemon_of "$1")
	kill -STOP "$before"
	# It has thirty seconds.
	within 120 has_another_daemon "$1" "$before"
	engine inspect --format 'restarts: {{.RestartCount}}' "$1"
	healthy "$1"
}

# has_another_daemon NAME PROCESS
has_another_daemon() {
	local now
	now=$(daemon_of "$1") && [ -n "$now" ] && [ "$now" != "$2" ]
}

# stops NAME: within the time that engines give, with exit code 0.
stops() {
	local start=$SECONDS
	engine stop --time 10 "$1" >/dev/null
	printf '%d s\n' $((SECONDS - start))
	[ "$(exit_code "$1")" = 0 ]
}

exit_code() {
	engine inspect --format '{{.State.ExitCode}}' "$1"
}

# ended NAME CODE: within two minutes the container ends with that code.
ended() {
	within 120 has_ended "$1" && [ "$(exit_code "$1")" = "$2" ] || {
		engine logs "$1"
		return 1
	}
}

has_ended() {
	[ "$(engine inspect --format '{{.State.Status}}' "$1")" = exited ]
}

# The daemon, as this machine numbers it: the child of process 1.
daemon_of() {
	pgrep -P "$(engine inspect --format '{{.State.Pid}}' "$1")"
}

# logs_have NAME TEXT
logs_have() {
	within 60 grep --quiet --fixed-strings -- "$2" <(engine logs "$1" 2>&1) || {
		engine logs "$1"
		return 1
	}
	engine logs "$1" 2>&1 | grep --fixed-strings -- "$2" | tail -n 1
}
