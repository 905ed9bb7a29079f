-- Our profile in OSRM's words, for a comparison on equal speeds: SPEEDS, CLOSED, BARRED and SHARE are filled in by roads.py.
api_version = 4

local speeds = { --[[SPEEDS]] }
local closed = { --[[CLOSED]] }
local barred = { --[[BARRED]] }
local keys = { --[[KEYS]] }

function setup()
  return {
    properties = {
      weight_name = 'duration', process_call_tagless_node = false, u_turn_penalty = 0,
      continue_straight_at_waypoint = false, use_turn_restrictions = false,
    },
  }
end

local function shut(object)
  for _, key in ipairs(keys) do
    local said = object:get_value_by_key(key)
    if said then return closed[said] or false end
  end
  return nil
end

function process_node(profile, node, result)
  local barrier = node:get_value_by_key('barrier')
  if barrier then
    local said = shut(node)
    if said == nil then said = barred[barrier] or false end
    result.barrier = said
  end
end

function process_way(profile, way, result)
  local highway = way:get_value_by_key('highway')
  local speed = highway and speeds[highway]
  if not speed or shut(way) or way:get_value_by_key('area') == 'yes' then return end
  local limit = tonumber(way:get_value_by_key('maxspeed'))
  if limit and limit >= 5 and limit <= 130 then speed = math.min(speed, limit * --[[SHARE]] 1) end
  local oneway, round = way:get_value_by_key('oneway'), way:get_value_by_key('junction')
  local direction = 0
  if oneway == 'yes' or oneway == 'true' or oneway == '1' then direction = 1
  elseif oneway == '-1' or oneway == 'reverse' then direction = -1
  elseif not oneway and (round == 'roundabout' or round == 'circular' or highway == 'motorway'
    or highway == 'motorway_link') then direction = 1 end
  if direction >= 0 then result.forward_mode = mode.driving; result.forward_speed = speed end
  if direction <= 0 then result.backward_mode = mode.driving; result.backward_speed = speed end
  result.name = way:get_value_by_key('name') or ''
end

function process_turn(profile, turn)
  turn.duration = 0
  turn.weight = 0
end

return { setup = setup, process_way = process_way, process_node = process_node, process_turn = process_turn }
