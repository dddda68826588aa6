-- The lines of the standard input with the largest numbers in front; equal ones by name.
local lines = {}
for line in io.lines() do
  local number, name = line:match("^(%d+)%s+(%S+)$")
  lines[#lines + 1] = { number = tonumber(number), name = name }
end
table.sort(lines, function(a, b)
  return a.number > b.number or (a.number == b.number and a.name < b.name)
end)
for i = 1, math.min(tonumber(arg[1]), #lines) do
  print(lines[i].number .. " " .. lines[i].name)
end
