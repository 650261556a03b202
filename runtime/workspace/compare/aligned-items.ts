import type { AnswerVerdict } from '@graft/graph';
import type { RowMark } from './compared-cell.ts';

/** The items of all sides, by their ids, in the order in which they came. */
export class Items {
  readonly ids: string[] = [];
  readonly #places = new Map<string, number>();

  find(id: string): number | undefined {
    return this.#places.get(id);
  }

  add(id: string): number {
    const place = this.ids.push(id) - 1;
    this.#places.set(id, place);
    return place;
  }
}

interface Line extends Omit<RowMark, 'id'> {
  readonly row: number;
}

/** The rows of one side, each under the item that it is of. */
export class Side {
  readonly #items: Items;
  readonly #lines: (Line | undefined)[] = [];
  /** Of an id that several rows have the number that was given last: those below are taken. */
  readonly #taken = new Map<string, number>();

  constructor(items: Items) {
    this.#items = items;
  }

  /** Where several rows have one id, the first of one side belongs to the first of the other. */
  add(id: string, line: Line): void {
    this.#lines[this.#place(id)] = line;
  }

  /** The number of the item's row; -1: it has none. */
  rowOf(item: number): number {
    return this.#lines[item]?.row ?? -1;
  }

  markOf(item: number): string | undefined {
    return this.#lines[item]?.mark;
  }

  verdictOf(item: number): AnswerVerdict | undefined {
    return this.#lines[item]?.verdict;
  }

  /** How many of its answers are right, among those with a reference. */
  score(): { readonly right: number; readonly of: number } {
    let [right, wrong] = [0, 0];
    for (const line of this.#lines) {
      if (line?.verdict === 'right') right += 1;
      if (line?.verdict === 'wrong') wrong += 1;
    }
    return { right, of: right + wrong };
  }

  #place(id: string): number {
    const last = this.#taken.get(id);
    let number = last ?? 1;
    let name = last === undefined ? id : `${id} (${String((number += 1))})`;
    while (this.#isTaken(name)) name = `${id} (${String((number += 1))})`;
    this.#taken.set(id, number);
    return this.#items.find(name) ?? this.#items.add(name);
  }

  #isTaken(name: string): boolean {
    const place = this.#items.find(name);
    return place !== undefined && this.#lines[place] !== undefined;
  }
}
