import type { Span } from '@graft/graph';

export interface TableRow {
  /** Location of a row; its text is not kept. */
  readonly source: Span;
  /** For each key its wordings, each as its content words; none empty. */
  readonly wordings: readonly (readonly (readonly string[])[])[];
  /** Its answer. */
  readonly value: string;
}

/** Rows of a table, found by the words of a question. */
export class TableRows {
  /** Rows by the first word of each wording of their first key: every question that they answer contains one. */
  readonly #byWord = new Map<string, Set<TableRow>>();

  add(row: TableRow): void {
    for (const [word] of row.wordings[0] ?? []) {
      if (word === undefined) continue;
      const rows = this.#byWord.get(word) ?? new Set();
      this.#byWord.set(word, rows.add(row));
    }
  }

  /** Rows whose keys all occur in the question, those with most words: "Old Patience" before "Patience". */
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

/** Number of question words in the longest wordings of all keys; 0 if a key does not occur. */
function matched({ wordings }: TableRow, asked: ReadonlySet<string>): number {
  let words = 0;
  for (const key of wordings) {
    const there = key.filter((wording) => wording.every((word) => asked.has(word)));
    if (there.length === 0) return 0;
    words += Math.max(...there.map(({ length }) => length));
  }
  return words;
}
