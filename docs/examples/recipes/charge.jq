# The current that a car may draw, in A, one line for each state: 0 is a pause, else 6 to $max.
#   mosquitto_sub -t linky/main/state | jq --unbuffered -nf charge.jq --argjson max 32 | mosquitto_pub -l -t house/charger/limit
# What the car draws is in the headroom already, so the limit moves by what is left. Down at once; up only when there has been
# room in each of three states since the last change, for the car is slow to follow, and never into the last 300 VA. While the meter is not received, the least.
foreach inputs as $state (
  {limit: 0, room: 0};
  ($state.power_headroom) as $headroom
  | (if $headroom == null then null else ($headroom / 230 | floor) end) as $left
  | (if $headroom == null then null else (($headroom - 300) / 230 | floor) end) as $spare
  | if $state.breaker_warning == true then .limit = 0 | .room = 0
    elif $headroom == null then .limit = ([.limit, 6] | min) | .room = 0
    elif $left < 0 then .limit += $left | .room = 0
    elif $spare >= (if .limit == 0 then 6 else 1 end) then .room += 1
    else .room = 0 end
  | if .room >= 3 then .limit = ([.limit + $spare, $max] | min) | .room = 0 else . end
  | if .limit < 6 then .limit = 0 else . end;
  .limit
)
