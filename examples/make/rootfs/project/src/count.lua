-- Counts what an iterator gives.
function count(iterator)
  local numbers = {}
  for word in iterator do
    numbers[word] = (numbers[word] or 0) + 1
  end
  return numbers
end
