#!/bin/sh
# Power and headroom from D-Bus, without a library; the argument is the id of the meter. Exit status 1 if the power is not known
# now.
set -eu
name=io.github.linky_sensor.Linky1
meter=/io/github/linky_sensor/Linky1/meter_${1:-main}

get() {
	busctl --json=short get-property $name "$meter" $name."$1" "$2" 2>/dev/null | sed -n 's/.*"data":\(-\{0,1\}[0-9]*\).*/\1/p'
}

power=$(get Consumption Power)
headroom=$(get Breaker PowerHeadroom)
[ -n "$power" ] || {
	echo "the power of ${1:-main} is not known now: see linky-sensor status" >&2
	exit 1
}
echo "power: $power W"
[ -z "$headroom" ] || echo "headroom: $headroom VA"
