-- Entries of a partition that somebody has not seen yet, some of them.
--
-- KEYS   the partition, as it is kept
-- ARGV   the epoch that they have seen, the number of the last entry that they have, most entries
-- gives  nothing for a partition that is not there; else epoch, number of the last entry that is given, number of the last that
--        there is, and the entries

local head = redis.call('HMGET', KEYS[1], 'epoch', 'first', 'last')
if not head[1] then
  return {}
end
local first, last = tonumber(head[2]), tonumber(head[3])
local from = first
if head[1] == ARGV[1] then
  from = math.max(first, tonumber(ARGV[2]) + 1)
end
local to = math.min(last, from + tonumber(ARGV[3]) - 1)
local answer = { head[1], string.format('%.0f', to), head[3] }
for number = from, to do
  local entry = redis.call('HGET', KEYS[1], string.format('%.0f', number))
  if entry then
    answer[#answer + 1] = entry
  end
end
return answer
