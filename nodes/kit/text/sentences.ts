/** Abbreviations that do not end a sentence, in lower case, without the full stop. */
const abbreviations = new Set(
  'mr mrs ms dr prof st no nos vs etc eg ie e.g i.e cf ca approx fig figs p pp vol jr sr inc ltd co dept est'.split(
    ' ',
  ),
);

const stops = new Set('.!?…');
const closers = new Set('"\'”’»)]');
const fullWidthStops = new Set('。！？');
const fullWidthClosers = new Set('」』”）');

/**
 * Sentence starts in code units, ascending; 0 is always the first. A sentence ends at a stop with its closing quotes
 * and brackets before white space, at a Chinese or Japanese stop, or at a blank line; white space belongs to the
 * previous sentence. Reads every character a bounded number of times, whatever the text.
 */
export function sentenceStarts(text: string): number[] {
  const starts = [0];
  for (let at = 0; at < text.length;) {
    const end = stopEnd(text, at);
    if (end.at < 0) {
      at = end.next;
      continue;
    }
    if (end.at === at + 1 && text[at] === '.' && !endsSentence(text, at)) {
      at = end.at;
      continue;
    }
    let start = end.at;
    while (start < text.length && isSpace(text.charCodeAt(start))) start += 1;
    if (start < text.length && start > (starts.at(-1) ?? 0)) starts.push(start);
    at = start;
  }
  return starts;
}

/** End of the stop that begins at `at`, or -1 and where to look next. */
function stopEnd(text: string, at: number): { readonly at: number; readonly next: number } {
  const sign = text.charAt(at);
  if (stops.has(sign)) {
    const stopped = runOf(text, at, stops);
    const end = runOf(text, stopped, closers);
    return { at: end < text.length && isWhite(text, end) ? end : -1, next: stopped };
  }
  if (fullWidthStops.has(sign)) {
    const end = runOf(text, runOf(text, at, fullWidthStops), fullWidthClosers);
    return { at: end, next: end };
  }
  if (sign === '\n') {
    let end = at + 1;
    while (text[end] === ' ' || text[end] === '\t' || text[end] === '\r') end += 1;
    return { at: text[end] === '\n' ? end + 1 : -1, next: end };
  }
  return { at: -1, next: at + 1 };
}

/** The first position from `at` whose character is not in the set. */
function runOf(text: string, at: number, signs: ReadonlySet<string>): number {
  let end = at;
  while (end < text.length && signs.has(text.charAt(end))) end += 1;
  return end;
}

function isWhite(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || (code < 128 ? code >= 9 && code <= 13 : /\s/.test(text.charAt(at)));
}

/** The sentences of a text, trimmed, without empty ones. */
export function sentences(text: string): string[] {
  const starts = sentenceStarts(text);
  return starts
    .map((start, at) => text.slice(start, starts[at + 1] ?? text.length).trim())
    .filter((sentence) => sentence !== '');
}

/**
 * Whether the full stop at `stop` ends a sentence: not before a small letter, nor after an abbreviation, an initial, or
 * a list number.
 */
function endsSentence(text: string, stop: number): boolean {
  if (/^\s+\p{Ll}/u.test(text.slice(stop + 1, stop + 20))) return false;
  const before = /(?:^|[\s("“‘[])([\p{L}\p{N}.]{1,8})$/u.exec(
    text.slice(Math.max(0, stop - 10), stop),
  );
  const word = before?.[1];
  if (word === undefined) return true;
  if (abbreviations.has(word.toLowerCase())) return false;
  if (/^\p{Lu}$/u.test(word)) return false;
  return !isListNumber(text, stop);
}

/** Whether the line contains only one to three digits before the stop. */
function isListNumber(text: string, stop: number): boolean {
  let at = stop;
  while (at > 0 && stop - at < 3 && /\d/.test(text.charAt(at - 1))) at -= 1;
  if (at === stop) return false;
  while (at > 0 && text[at - 1] !== '\n' && isWhite(text, at - 1)) at -= 1;
  return at === 0 || text[at - 1] === '\n';
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x3000;
}
