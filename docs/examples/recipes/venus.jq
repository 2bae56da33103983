# States of linky-sensor -> what dbus-mqtt-grid on a Victron Venus OS takes as its grid meter.
#   mosquitto_sub -t linky/main/state | jq --unbuffered -cf venus.jq | mosquitto_pub -l -t linky/main/venus
# Nothing comes out while the power is not known: the driver then reports that the meter is lost.
def kwh: if . == null then null else . / 1000 end;
def known: with_entries(select(.value != null));

select(.power != null)
| . as $state
| [1, 2, 3 | $state["apparent_power_l\(.)"]] as $parts
| ($parts | map(. // 0) | add) as $whole
# The meter gives no W by phase: the whole is shared out by the apparent powers.
| def phase($n):
    {
      power: (if ($state.phases // 1) == 1 then $state.power
        elif $whole > 0 then ($state.power * ($parts[$n - 1] // 0) / $whole | round)
        else ($state.power / 3 | round) end),
      voltage: $state["voltage_l\($n)"],
      current: $state["current_l\($n)"]
    } | known;
{
  grid: (
    {power: .power, energy_forward: (.energy_counter | kwh), energy_reverse: ((.energy_counter_injected // 0) | kwh)}
    + {L1: phase(1)}
    + (if (.phases // 1) == 3 then {L2: phase(2), L3: phase(3)} else {} end)
    | known
  )
}
