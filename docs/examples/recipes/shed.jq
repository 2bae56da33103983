# One load that may wait, such as a water heater: ON or OFF, each time that it changes.
#   mosquitto_sub -t linky/main/state | jq --unbuffered -nrf shed.jq --argjson load 2400 | mosquitto_pub -l -t house/heater/set
# OFF at once when the meter is about to cut off, or more is drawn than may be for long. ON when there has been room for the
# load ($load, in VA) and 200 VA more in each of six states, which is a minute at the usual interval.
foreach inputs as $state (
  {is_on: null, room: 0, change: null};
  .change = null
  | if $state.breaker_warning == true or ($state.power_headroom != null and $state.power_headroom < 0)
    then .room = 0 | if .is_on == false then . else .is_on = false | .change = "OFF" end
    elif $state.power_headroom == null or .is_on == true then .room = 0
    elif $state.power_headroom >= $load + 200 then .room += 1
    else .room = 0 end
  | if .room >= 6 then .is_on = true | .room = 0 | .change = "ON" else . end;
  .change // empty
)
