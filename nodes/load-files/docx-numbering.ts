import { idOf, levelOf } from './docx-styles.ts';
import type { XmlAttributes, XmlHandler } from './read-xml.ts';

interface ListLevel {
  readonly format: string;
  /** Such as `%1.%2)`. */
  readonly text: string;
  readonly start: number;
}
const plain: ListLevel = { format: 'bullet', text: '', start: 1 };

/** Most code units of a label; a longer one is invalid. */
const maxLabel = 40;

/** The lists of `word/numbering.xml`, and their counters. */
export class DocxNumbering implements XmlHandler {
  readonly #patterns = new Map<string, ListLevel[]>();
  readonly #patternOf = new Map<string, string>();
  /** Overrides of level patterns by lists. */
  readonly #overrides = new Map<string, Partial<ListLevel>[]>();
  /** Levels that a list restarts when it first reaches them. */
  readonly #restarts = new Map<string, Set<number>>();
  /** By pattern: lists that share one continue its count. */
  readonly #counts = new Map<string, (number | undefined)[]>();
  #pattern: ListLevel[] | undefined;
  #override: Partial<ListLevel>[] | undefined;
  #level = 0;
  #list = '';

  open(name: string, attributes: XmlAttributes): void {
    const value = attributes.get('val') ?? '';
    if (name === 'abstractNum') {
      this.#pattern = [];
      this.#patterns.set(idOf(attributes.get('abstractNumId')), this.#pattern);
    } else if (name === 'num') {
      this.#list = idOf(attributes.get('numId'));
      this.#override = [];
      this.#overrides.set(this.#list, this.#override);
    } else if (name === 'abstractNumId') {
      this.#patternOf.set(this.#list, idOf(value));
    } else if (name === 'startOverride' && this.#override !== undefined) {
      this.#set({ start: startOf(value) });
      const restarts = this.#restarts.get(this.#list) ?? new Set();
      this.#restarts.set(this.#list, restarts.add(this.#level));
    } else if (this.#pattern !== undefined || this.#override !== undefined) {
      if (name === 'lvl' || name === 'lvlOverride')
        this.#level = levelOf(attributes.get('ilvl') ?? '');
      else if (name === 'numFmt') this.#set({ format: value });
      else if (name === 'lvlText') this.#set({ text: labelText(value) });
      else if (name === 'start') this.#setStart(startOf(value));
    }
  }
  close(name: string): void {
    if (name === 'abstractNum') this.#pattern = undefined;
    else if (name === 'num') this.#override = undefined;
  }

  /** The label of the list's next paragraph: `-`, `3.`, `2.1`, `(a)`; '' if the list has none. */
  next(list: string, level: number): string {
    const pattern = this.#patternOf.get(list) ?? '';
    const levelAt = (at: number): ListLevel => ({
      ...(this.#patterns.get(pattern)?.[at] ?? plain),
      ...this.#overrides.get(list)?.[at],
    });
    const own = levelAt(level);
    if (own.format === 'none') return '';
    const counts = this.#counts.get(pattern) ?? [];
    this.#counts.set(pattern, counts);
    for (const at of this.#restarts.get(list) ?? []) counts[at] = undefined;
    this.#restarts.delete(list);
    counts[level] = (counts[level] ?? own.start - 1) + 1;
    counts.length = level + 1;
    if (own.format === 'bullet') return '-';
    const label = own.text.replace(/%([1-9])/g, (_, digit: string) => {
      const at = Number(digit) - 1;
      const { format, start } = levelAt(at);
      return counted(counts[at] ?? start, at === level || format !== 'bullet' ? format : 'decimal');
    });
    return label.length > maxLabel ? '-' : label;
  }

  #set(part: Partial<ListLevel>): void {
    const [pattern, override, at] = [this.#pattern, this.#override, this.#level];
    if (pattern !== undefined) pattern[at] = { ...(pattern[at] ?? plain), ...part };
    else if (override !== undefined) override[at] = { ...override[at], ...part };
  }

  /** A list's own restart counts, not that of the whole level. */
  #setStart(start: number): void {
    const isOverridden =
      this.#override !== undefined && this.#restarts.get(this.#list)?.has(this.#level) === true;
    if (!isOverridden) this.#set({ start });
  }
}

/** A pattern for labels, cut where every label would be too long: every two code units give at least one. */
function labelText(value: string): string {
  return value.trim().slice(0, 2 * maxLabel + 1);
}

const startOf = (value: string): number => Math.min(Number(value) || 0, 1e6);

function counted(count: number, format: string): string {
  switch (format) {
    case 'lowerLetter':
      return letters(count);
    case 'upperLetter':
      return letters(count).toUpperCase();
    case 'lowerRoman':
      return roman(count).toLowerCase();
    case 'upperRoman':
      return roman(count);
    default:
      return String(count);
  }
}

/** a … z, aa, bb …, as Word counts. */
function letters(count: number): string {
  if (count < 1 || count > 260) return String(count);
  const letter = String.fromCharCode(97 + ((count - 1) % 26));
  return letter.repeat(Math.ceil(count / 26));
}

const numerals: readonly (readonly [number, string])[] = [
  ...([
    [1000, 'M'],
    [900, 'CM'],
    [500, 'D'],
    [400, 'CD'],
    [100, 'C'],
    [90, 'XC'],
  ] as const),
  ...([
    [50, 'L'],
    [40, 'XL'],
    [10, 'X'],
    [9, 'IX'],
    [5, 'V'],
    [4, 'IV'],
    [1, 'I'],
  ] as const),
];
function roman(count: number): string {
  if (count < 1 || count > 3999) return String(count);
  let left = count;
  let text = '';
  for (const [value, sign] of numerals) {
    for (; left >= value; left -= value) text += sign;
  }
  return text;
}
