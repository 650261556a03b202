/** What finds a text in the bytes of JSON rows, read as Latin-1. */
export interface RowPattern {
  readonly pattern: RegExp;
  /** Bytes of the longest match. */
  readonly longest: number;
}

/** Bytes of a character in UTF-8 at most. */
const characterBytes = 4;

/**
 * A pattern that finds a text in lower case, in whatever case the rows write it. It matches in every row that contains the
 * text in a value, and in a few more: the row itself decides. Lines are neither decoded nor parsed for it, which makes a
 * search several times as fast.
 */
export function rowPattern(text: string): RowPattern {
  // JSON escapes half of a surrogate pair, but not a pair that contains it.
  if (/\p{Surrogate}/u.test(text)) return { pattern: /(?:)/g, longest: 0 };
  const letters = JSON.stringify(text).slice(1, -1);
  return {
    pattern: new RegExp(letters.replace(/i\u0307|./gsu, anyCase) + outsideNames, 'g'),
    longest: characterBytes * letters.length,
  };
}

/** No match ends in the name of a field: a string before a colon. A quote after `,`, `[` or `{` opens the next string. */
const outsideNames = '(?!":|[^"\\\\]{0,63}[^"\\\\,[{]":)';

/** What stands for a part of the text: its letters in any case, or one character whose lower case has several letters (İ). */
function anyCase(part: string): string {
  const letters = Array.from(part);
  const written = letters.length === 1 ? asBytes(part) : letters.map(anyCase).join('');
  return `(?:${[written, ...upperCasesOf(part).map(asBytes)].join('|')})`;
}

const asBytes = (text: string): string =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The last letter with a lower case is before this code point (Unicode 17). */
const beyondLetters = 0x20000;
let upperCases: ReadonlyMap<string, readonly string[]> | undefined;

/** The characters whose lower case is, or contains, some letters. */
function upperCasesOf(letters: string): readonly string[] {
  upperCases ??= readUpperCases();
  return upperCases.get(letters) ?? [];
}

function readUpperCases(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (let code = 0; code < beyondLetters; code += 1) {
    const upper = String.fromCodePoint(code);
    const lower = upper.toLowerCase();
    if (lower === upper) continue;
    // At the end of a word, Σ becomes another letter than within.
    const others = upper === 'Σ' ? ['ς'] : Array.from(lower).filter((letter) => letter !== lower);
    for (const letters of [lower, ...others]) {
      found.set(letters, [...(found.get(letters) ?? []), upper]);
    }
  }
  return found;
}
