import type { Span } from '@graft/graph';

export interface TableRow {
  /** Where it stands; its text is not kept. */
  readonly source: Span;
  /** For each key its wordings, each as its content words; none empty. */
  readonly wordings: readonly (readonly (readonly string[])[])[];
  /** What it answers. */
  readonly value: string;
}

/** Rows of a table, found by the words of a question. */
export class TableRows {
  /** Rows by the first word of each wording of their first key: one of these stands in every question that they answer. */
  readonly #byWord = new Map<string, Set<TableRow>>();

  add(row: TableRow): void {
    for (const [word] of row.wordings[0] ?? []) {
      if (word === undefined) continue;
      const rows = this.#byWord.get(word) ?? new Set();
      this.#byWord.set(word, rows.add(row));
    }
  }

  /** Rows of which every key stands in the question, those of the most words: "Old Patience" before "Patience". */
  find(asked: ReadonlySet<string>): TableRow[] {
    let best: TableRow[] = [];
    let most = 0;
    const candidates = new Set([...asked].flatMap((word) => [...(this.#byWord.get(word) ?? [])]));
    for (const row of candidates) {
      const words = matched(row, asked);
      if (words === 0 || words < most) continue;
      if (words > most) best = [];
      best.push(row);
      most = words;
    }
    return best;
  }
}

/** Words of the question that the longest wordings of all keys take up; 0 where a key does not stand in it. */
function matched({ wordings }: TableRow, asked: ReadonlySet<string>): number {
  let words = 0;
  for (const key of wordings) {
    const there = key.filter((wording) => wording.every((word) => asked.has(word)));
    if (there.length === 0) return 0;
    words += Math.max(...there.map(({ length }) => length));
  }
  return words;
}
