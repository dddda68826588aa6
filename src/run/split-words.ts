import { RrError } from "../errors/rr-error.js";

/**
 * Split text into words as a POSIX shell quotes: blanks separate, single quotes keep all, double quotes and a backslash
 * keep (nearly) all. Nothing is expanded. Throws RUN_BAD_OPTION for an open quote.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: "'" | '"' | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote === "'") {
      if (char === "'") quote = undefined;
      else word += char;
    } else if (char === "\\") {
      const next = text.charAt(++at);
      // Inside double quotes a backslash is special before these only.
      word = (word ?? "") + (quote === '"' && !'$`"\\\n'.includes(next) ? `\\${next}` : next);
    } else if (quote === '"') {
      if (char === '"') quote = undefined;
      else word += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== undefined) {
    throw new RrError("RUN_BAD_OPTION", `unterminated ${quote} in: ${text}`, { exitCode: 2, hint: "close the quote" });
  }
  return word === undefined ? words : [...words, word];
}
