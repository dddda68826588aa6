-- Splits a text into words.
words = {}

function words.of(text)
  return text:lower():gmatch("%a+")
end
