-- primes.lua N: the primes up to N.
local limit = tonumber(arg[1]) or error("usage: primes.lua N")
local composite, primes = {}, {}
for n = 2, limit do
  if not composite[n] then
    primes[#primes + 1] = n
    for multiple = n * n, limit, n do composite[multiple] = true end
  end
end
print(#primes .. " primes: " .. table.concat(primes, " "))
