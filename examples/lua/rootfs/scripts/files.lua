-- Files of the root file system, read and written; a module next to this one; the clock; an error caught.
package.path = "scripts/?.lua"
local words = require("words")

local lines = 0
for line in io.lines("scripts/words.lua") do lines = lines + 1 end
print("words.lua has " .. lines .. " lines")

local name = "written.txt"
local file <close> = assert(io.open(name, "w+"))
for i = 1, 1000 do file:write(words.number(i), "\n") end
file:seek("set", 0)
local count, last = 0, nil
for line in file:lines() do count, last = count + 1, line end
print(count .. " lines written, the last one: " .. last)
print("size", file:seek("end"))
assert(os.rename(name, "renamed.txt"))
print("gone", io.open(name))
print("removed", os.remove("renamed.txt"))

local before = os.time()
assert(before > 1600000000 and os.clock() >= 0)
print("year", tonumber(os.date("!%Y", 86400 * 366)))
print("caught", pcall(error, "this"))
print("sorted", table.concat(words.sorted("the quick brown fox jumps over the lazy dog"), " "))
os.exit(3)
