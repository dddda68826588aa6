-- One program of compiled modules, run in the order of the arguments.
for _, path in ipairs(arg) do
  local file <close> = assert(io.open(path, "rb"))
  io.write(string.format("assert(load(%q))()\n", file:read("a")))
end
