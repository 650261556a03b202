/** A precision as people write it beside a model's name: `Q4`, `q8_0`, `IQ2_XS`, `f16`, `BF16`, `int4`. */
const precision = /^(?:i?q\d[\w.]*|b?f(?:p)?(?:8|16|32)|int[48]|[48]-?bits?)$/;

/**
 * The words of a typed search for a model, in lower case. A colon separates them, as in Ollama's `smollm2:135m`, whose tag
 * `latest` names no model.
 */
export function modelWords(text: string): readonly string[] {
  return text
    .toLowerCase()
    .replace(/:latest(?=\s|$)/g, '')
    .split(/[\s:]+/)
    .filter((word) => word !== '');
}

/**
 * The words that a repository of a hub may have in its name: a precision names one of its files. Where all words are
 * precisions, all stay.
 */
export function repositoryWords(text: string): readonly string[] {
  const words = modelWords(text);
  const names = words.filter((word) => !precision.test(word));
  return names.length === 0 ? words : names;
}

const joined = (text: string): string => text.replace(/[\s_-]+/g, '');

/** Whether every word occurs in the texts, in any order; `gemma3` occurs in `Gemma 3 270M` and `gemma-3-270m-it`. */
export function matchesWords(words: readonly string[], texts: readonly string[]): boolean {
  const written = texts.map((text) => text.toLowerCase());
  const all = [...written, ...written.map(joined)];
  return words.every((word) =>
    all.some((text) => text.includes(word) || text.includes(joined(word))),
  );
}
