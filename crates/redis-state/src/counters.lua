-- Counters of limits and quotas. One run is one decision: every wish is granted or none, and nothing else runs meanwhile.
--
-- KEYS   two for each wish: a hash with what is counted, and a list with the order in which it is forgotten
-- ARGV   `take` or `add`; a factor and milliseconds by which keys are kept longer than they are needed; then eight for each wish:
--        rule, period, limit, need, amount, now, at, until
-- gives  for `take` the number of the wish that is refused, or 0, and milliseconds until it will fit, -1 for never; then for each
--        wish what its counter holds

-- Numbers are doubles: whole ones are exact up to here.
local LARGEST = 9007199254740991
-- What is missing from a bucket must fit into 64 bits.
local EMPTIEST = 9e18
-- A hundred years.
local LONGEST = 3e12

local STRETCH, MARGIN = tonumber(ARGV[2]), tonumber(ARGV[3])

local function text(number)
  return string.format('%.0f', number)
end

local function number(text)
  return tonumber(text or '0')
end

local function keep(key, millis)
  redis.call('PEXPIRE', key, text(math.min(math.ceil(millis * STRETCH) + MARGIN, LONGEST)))
end

-- What was added counts for a period. Milliseconds: additions are dated up, questions down.
--
-- The hash has `used`, the sum; `last`, the newest date; and each date with its amount. The list has the dates, oldest first.
local sliding = {}

function sliding.used(it)
  local held = redis.call('HMGET', it.key, 'used', 'last')
  local used, last = number(held[1]), number(held[2])
  -- A clock that lags does not take a counter back.
  it.now, it.last = math.max(it.now, last - 1), last
  local date = redis.call('LINDEX', it.order, 0)
  local before = used
  while date and number(date) + it.period <= it.now do
    used = math.max(0, used - number(redis.call('HGET', it.key, date)))
    redis.call('LPOP', it.order)
    redis.call('HDEL', it.key, date)
    date = redis.call('LINDEX', it.order, 0)
  end
  if not date then
    used = 0
  end
  if used ~= before then
    redis.call('HSET', it.key, 'used', text(used))
  end
  return used
end

function sliding.fits(it, used)
  return used + it.need <= it.limit
end

function sliding.wait(it, used)
  if it.need > it.limit then
    return -1
  end
  local from = 0
  while true do
    local dates = redis.call('LRANGE', it.order, from, from + 99)
    if #dates == 0 then
      return 0
    end
    local amounts = redis.call('HMGET', it.key, unpack(dates))
    for at, date in ipairs(dates) do
      used = used - number(amounts[at])
      if used + it.need <= it.limit then
        return number(date) + it.period - it.now
      end
    end
    from = from + 100
  end
end

function sliding.add(it, used)
  local date = text(it.at)
  if it.amount > 0 then
    date = text(math.max(it.at, it.last))
    local held = redis.call('HGET', it.key, date)
    if not held then
      redis.call('RPUSH', it.order, date)
    end
    used = math.min(used + it.amount, LARGEST)
    redis.call('HSET', it.key, date, text(math.min(number(held) + it.amount, LARGEST)), 'used', text(used), 'last', date)
    keep(it.key, it.period)
    keep(it.order, it.period)
  elseif it.amount < 0 then
    local held = redis.call('HGET', it.key, date)
    -- What came from a clock that lags was dated with the last moment.
    if not held and it.at < it.last and it.at + it.period > it.now then
      date = text(it.last)
      held = redis.call('HGET', it.key, date)
    end
    local taken = math.min(-it.amount, number(held))
    if taken > 0 then
      used = math.max(0, used - taken)
      redis.call('HSET', it.key, date, text(number(held) - taken), 'used', text(used))
    end
  end
  return used
end

-- A bucket of as many tokens as the limit, filled evenly in a period; it can owe. Microseconds. What is missing is counted in
-- shares of a token of which a microsecond fills as many as the limit, so that nothing is rounded.
--
-- The hash has `missing`, and `at`, up to when it has been filled.
local bucket = {}

function bucket.used(it)
  local held = redis.call('HMGET', it.key, 'missing', 'at')
  if not held[1] then
    it.filled = it.now
    return 0
  end
  local at = number(held[2])
  it.filled = math.max(at, it.now)
  local missing = math.max(0, number(held[1]) - math.max(0, it.now - at) * it.limit)
  redis.call('HSET', it.key, 'missing', text(missing), 'at', text(it.filled))
  return missing
end

function bucket.fits(it, missing)
  return it.need <= it.limit and missing <= (it.limit - it.need) * it.period
end

-- It follows from what is missing.
function bucket.wait()
  return 0
end

function bucket.add(it, missing)
  if it.amount ~= 0 then
    missing = math.min(math.max(0, missing + it.amount * it.period), EMPTIEST)
    redis.call('HSET', it.key, 'missing', text(missing), 'at', text(it.filled))
    keep(it.key, it.limit > 0 and missing / it.limit / 1000 or it.period / 1000)
  end
  return missing
end

-- Everything is forgotten at once, or never. Milliseconds.
--
-- The hash has `used` and `until`.
local fixed = {}

function fixed.used(it)
  local held = redis.call('HMGET', it.key, 'used', 'until')
  local over = held[2] and held[2] ~= '' and number(held[2]) <= it.now
  if over then
    redis.call('HSET', it.key, 'used', '0')
    return 0
  end
  return number(held[1])
end

fixed.fits = sliding.fits

-- It follows from the end of the window.
function fixed.wait()
  return 0
end

function fixed.add(it, used)
  if it.amount ~= 0 then
    used = math.min(math.max(0, used + it.amount), LARGEST)
    redis.call('HSET', it.key, 'used', text(used), 'until', it.till)
    if it.till == '' then
      redis.call('PERSIST', it.key)
    else
      keep(it.key, math.max(0, number(it.till) - it.now))
    end
  end
  return used
end

local RULES = { s = sliding, b = bucket, f = fixed }

local wishes = {}
for at = 1, #KEYS / 2 do
  local from = 3 + (at - 1) * 8
  wishes[at] = {
    key = KEYS[2 * at - 1],
    order = KEYS[2 * at],
    rule = RULES[ARGV[from + 1]],
    period = tonumber(ARGV[from + 2]),
    limit = tonumber(ARGV[from + 3]),
    need = tonumber(ARGV[from + 4]),
    amount = tonumber(ARGV[from + 5]),
    now = tonumber(ARGV[from + 6]),
    at = tonumber(ARGV[from + 7]),
    till = ARGV[from + 8],
  }
end

if ARGV[1] == 'add' then
  local held = {}
  for at, it in ipairs(wishes) do
    held[at] = text(it.rule.add(it, it.rule.used(it)))
  end
  return held
end

local answer = { '0', '0' }
for at, it in ipairs(wishes) do
  it.held = it.rule.used(it)
  answer[at + 2] = text(it.held)
  if answer[1] == '0' and not it.rule.fits(it, it.held) then
    answer[1] = text(at)
    answer[2] = text(it.rule.wait(it, it.held))
  end
end
if answer[1] == '0' then
  for at, it in ipairs(wishes) do
    -- Two wishes may be for one counter.
    local held = #wishes > 1 and it.rule.used(it) or it.held
    answer[at + 2] = text(it.rule.add(it, held))
  end
end
return answer
