-- Keeps an entry of a partition.
--
-- KEYS   the partition: a hash with `epoch`, which tells it from another that was here before; `first` and `last`, numbers of
--        entries; each number with its entry; and `of:` before each key with its number
-- ARGV   key; entry, which begins with its end in nanoseconds, the length of its key and the key; now; milliseconds until the
--        partition may be cleared away; most entries

local partition = KEYS[1]
local key, entry, now, expiry, most = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

if redis.call('HEXISTS', partition, 'epoch') == 0 then
  -- No question about the time: two partitions must only differ.
  local time = redis.call('TIME')
  redis.call('HSET', partition, 'epoch', time[1] .. '.' .. time[2], 'first', '1', 'last', '0')
end
local number = redis.call('HINCRBY', partition, 'last', 1)
local old = redis.call('HGET', partition, 'of:' .. key)
if old then
  redis.call('HDEL', partition, old)
end
redis.call('HSET', partition, string.format('%.0f', number), entry, 'of:' .. key, string.format('%.0f', number))

-- From the oldest on: what has ended, and what is too much.
local first = tonumber(redis.call('HGET', partition, 'first'))
while first < number do
  local name = string.format('%.0f', first)
  local oldest = redis.call('HGET', partition, name)
  if oldest then
    local till, length = struct.unpack('>i8>I4', oldest)
    if till > now and number - first < most then
      break
    end
    redis.call('HDEL', partition, name, 'of:' .. string.sub(oldest, 13, 12 + length))
  end
  first = first + 1
end
redis.call('HSET', partition, 'first', string.format('%.0f', first))
if redis.call('PTTL', partition) < expiry then
  redis.call('PEXPIRE', partition, string.format('%.0f', expiry))
end
return number
