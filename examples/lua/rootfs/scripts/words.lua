local words = {}

local ones = { "one", "two", "three", "four", "five", "six", "seven", "eight", "nine" }

-- 305 -> "three zero five"
function words.number(n)
  return (tostring(n):gsub("%d", function(digit) return (ones[tonumber(digit)] or "zero") .. " " end):gsub(" $", ""))
end

function words.sorted(text)
  local all = {}
  for word in text:gmatch("%a+") do all[#all + 1] = word end
  table.sort(all)
  return all
end

return words
