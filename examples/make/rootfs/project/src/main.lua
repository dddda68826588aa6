-- Words of the standard input, with how often they come.
for word, number in pairs(count(words.of(io.read("a")))) do
  print(number, word)
end
