import { codeBorders } from './code-lines.ts';
import { sentenceStarts } from '../kit/text/sentences.ts';
import { tokenStarts } from '../kit/text/token-estimate.ts';

/** `[start, end)` in code units. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}
export interface CutOptions {
  readonly size: number;
  readonly overlap: number;
  readonly unit: 'tokens' | 'characters';
  /**
   * Preferred cuts: `lines` prefers paragraphs, then lines, then sentences; `code` prefers lines after a blank one,
   * least indented first, then lines.
   */
  readonly prefer: 'lines' | 'sentences' | 'code';
}

/**
 * Cuts a text into spans of at most `size` that cover everything but white space. Each span begins up to `overlap`
 * before the end of the previous one, at a whole sentence or else a whole word. It ends at the last paragraph within
 * reach, else line, sentence, word, or any character. A coarser boundary counts only if it fills half of the size, so
 * that spans do not become tiny.
 */
export function cutText(text: string, options: CutOptions): TextSpan[] {
  const ruler = options.unit === 'tokens' ? tokenRuler(text) : characterRuler(text);
  const boundaries = boundariesOf(text, options.prefer);
  const spans: TextSpan[] = [];
  let fresh = nextStart(0);
  while (fresh < text.length) {
    const start = spans.length === 0 ? fresh : overlapStart(fresh, spans.at(-1)?.start ?? 0);
    const limit = ruler.forward(start, options.size);
    const end =
      limit >= text.length ? text.length : cutBefore(limit, skipSpace(text, fresh), start);
    spans.push({ start, end: trimEnd(text, end) });
    fresh = nextStart(end);
  }
  return spans;

  /** Skips white space; keeps the indentation of code, if the line still fits. */
  function nextStart(from: number): number {
    const sign = skipSpace(text, from);
    if (options.prefer !== 'code' || sign === text.length) return sign;
    let start = sign;
    while (start > from && /[ \t]/.test(text.charAt(start - 1))) start -= 1;
    return sign - start > options.size / 4 ? sign : start;
  }

  function cutBefore(limit: number, from: number, start: number): number {
    const half = ruler.forward(start, Math.ceil(options.size / 2));
    for (const level of boundaries) {
      const cut = lastAtMost(level, limit);
      if (cut > from && cut >= half) return cut;
    }
    const word = lastAtMost(boundaries.at(-1) ?? [], limit);
    return word > from ? word : Math.max(limit, from + 1);
  }

  function overlapStart(end: number, previousStart: number): number {
    if (options.overlap === 0) return end;
    const earliest = Math.max(ruler.backward(end, options.overlap), previousStart + 1);
    const levels = [boundaries[overlapLevel[options.prefer]] ?? [], boundaries.at(-1) ?? []];
    for (const level of levels) {
      const start = firstAtLeast(level, earliest);
      if (start < end) return nextStart(start);
    }
    return end;
  }
}

/** Boundaries at which an overlap may begin: sentences, and lines of code. */
const overlapLevel = { lines: 2, sentences: 0, code: 3 } as const;

/** Measures how far `amount` reaches from a position, in whole characters. */
interface Ruler {
  forward(from: number, amount: number): number;
  backward(from: number, amount: number): number;
}

function tokenRuler(text: string): Ruler {
  const starts = tokenStarts(text);
  return {
    forward: (from, amount) => starts[lowerBound(starts, from) + amount] ?? text.length,
    backward: (from, amount) => starts[Math.max(0, lowerBound(starts, from) - amount)] ?? from,
  };
}

function characterRuler(text: string): Ruler {
  return {
    forward: (from, amount) => {
      const to = from + amount;
      return Math.min(text.length, partsPair(text, to) ? to - 1 : to);
    },
    backward: (from, amount) => {
      const to = from - amount;
      return Math.max(0, partsPair(text, to) ? to + 1 : to);
    },
  };
}

/** Whether a cut here would split a surrogate pair. */
function partsPair(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

/** Possible cuts, from the best level to words; each ascending. */
function boundariesOf(text: string, prefer: CutOptions['prefer']): ArrayLike<number>[] {
  const words = matchEnds(text, /\s+/g);
  if (prefer === 'sentences') return [sentenceStarts(text), words];
  if (prefer === 'code') return [...codeBorders(text), words];
  return [
    matchEnds(text, /\n[ \t\r]*\n\s*/g),
    matchEnds(text, /\n\s*/g),
    sentenceStarts(text),
    words,
  ];
}

function matchEnds(text: string, pattern: RegExp): number[] {
  return Array.from(text.matchAll(pattern), (match) => match.index + match[0].length);
}

/** Index of the first value that is at least `target`. */
function lowerBound(sorted: ArrayLike<number>, target: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < target) low = middle + 1;
    else high = middle;
  }
  return low;
}
function lastAtMost(sorted: ArrayLike<number>, target: number): number {
  return sorted[lowerBound(sorted, target + 1) - 1] ?? -1;
}
function firstAtLeast(sorted: ArrayLike<number>, target: number): number {
  return sorted[lowerBound(sorted, target)] ?? Infinity;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
  return at;
}
function trimEnd(text: string, end: number): number {
  let at = end;
  while (at > 0 && /\s/.test(text.charAt(at - 1))) at -= 1;
  return at;
}
