/** Endings that do not end a sentence, lower case, without their full stop. */
const ABBREVIATIONS = new Set(
  'mr mrs ms dr prof st no nos vs etc eg ie e.g i.e cf ca approx fig figs p pp vol jr sr inc ltd co dept est'.split(
    ' ',
  ),
);

/**
 * Ends a sentence: a stop with its closing quotes and brackets before white space, a Chinese or Japanese
 * stop, or a blank line.
 */
const STOP = /[.!?…]+["'”’»)\]]*(?=\s)|[。！？]+[」』”）]*|\n[ \t\r]*\n/gu;

/** Where sentences start, in code units, ascending; 0 is always the first. White space goes with the sentence before it. */
export function sentenceStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(STOP)) {
    let start = match.index + match[0].length;
    if (match[0] === '.' && !endsSentence(text, match.index)) continue;
    while (start < text.length && isSpace(text.charCodeAt(start))) start += 1;
    if (start < text.length && start > (starts.at(-1) ?? 0)) starts.push(start);
  }
  return starts;
}

/** The sentences of a text, trimmed, none empty. */
export function sentences(text: string): string[] {
  const starts = sentenceStarts(text);
  return starts
    .map((start, at) => text.slice(start, starts[at + 1] ?? text.length).trim())
    .filter((sentence) => sentence !== '');
}

/** Whether the full stop at `stop` ends a sentence: not before a small letter, nor after an abbreviation, an initial, or a list number. */
function endsSentence(text: string, stop: number): boolean {
  if (/^\s+\p{Ll}/u.test(text.slice(stop + 1, stop + 20))) return false;
  const before = /(?:^|[\s("“‘[])([\p{L}\p{N}.]{1,8})$/u.exec(
    text.slice(Math.max(0, stop - 10), stop),
  );
  const word = before?.[1];
  if (word === undefined) return true;
  if (ABBREVIATIONS.has(word.toLowerCase())) return false;
  if (/^\p{Lu}$/u.test(word)) return false;
  const lineStart = text.lastIndexOf('\n', stop - 1) + 1;
  return !/^\s*\d{1,3}$/.test(text.slice(lineStart, stop));
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x3000;
}
