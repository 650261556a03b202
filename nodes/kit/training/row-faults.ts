import { GraphError, type Location, type Problem } from '@graft/graph';

/** A fault of a row: a noun phrase (`an empty answer`), and the remedy as a sentence. */
export interface RowFault {
  readonly what: string;
  readonly advice: string;
}

export interface RowPlace {
  readonly path: string;
  readonly row: number;
  /** 1-based, if it differs from the row. */
  readonly line?: number;
}

/** Most rows that a message names; others are counted. */
const namedRows = 8;
/** Most faults to report; a wrong kind of file has one in every row. */
const reportedRows = 20;

/** Collects faults, so that one message names all rows with the same. */
export class RowFaults {
  readonly #groups = new Map<
    string,
    { fault: RowFault; first: RowPlace; rows: string[]; count: number }
  >();

  get any(): boolean {
    return this.#groups.size > 0;
  }

  add(place: RowPlace, fault: RowFault): void {
    const key = `${place.path}\n${fault.what}`;
    const known = this.#groups.get(key);
    if (known === undefined) {
      if (this.#groups.size < reportedRows) {
        this.#groups.set(key, { fault, first: place, rows: [rowLabel(place)], count: 1 });
      }
      return;
    }
    known.count += 1;
    if (known.rows.length < namedRows) known.rows.push(rowLabel(place));
  }

  /** A message for each fault of each file, in order of first appearance. */
  problems(location: Location): Problem[] {
    return [...this.#groups.values()].map(({ fault, first, rows, count }) => ({
      code: 'bad-row',
      message: `${first.path}: ${fault.what} in ${listed(rows, count)}. ${fault.advice}`,
      location: { ...location, file: first.path, line: first.line ?? first.row },
      audience: 'user',
    }));
  }

  /** Throws `bad-row` if there is any fault. */
  throwIfAny(location: Location): void {
    const problems = this.problems(location);
    const [first] = problems;
    if (first === undefined) return;
    throw new GraphError(first.code, first.message, { location: first.location, problems });
  }
}

function rowLabel({ row, line }: RowPlace): string {
  return line === undefined || line === row ? String(row) : `${row} (line ${line})`;
}

function listed(rows: readonly string[], count: number): string {
  if (count === 1) return `row ${rows.join()}`;
  if (count > rows.length) return `${count} rows (${rows.join(', ')} …)`;
  return `rows ${rows.slice(0, -1).join(', ')} and ${rows.at(-1) ?? ''}`;
}
