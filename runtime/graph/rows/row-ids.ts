import { canonicalJson } from '../base/canonical-json.ts';
import { isRecord } from '../base/record.ts';
import { sha256 } from '../base/sha256.ts';

/** Ids name items, so each row needs a unique one: a repeated id gets a number, `q1-2`. */
export class RowIds {
  readonly #taken = new Set<string>();
  /** Id → the next number to try: all smaller ones are taken. */
  readonly #next = new Map<string, number>();

  /** A unique id for each call. */
  own(given: string): string {
    let id = given;
    for (let copy = this.#next.get(given) ?? 2; this.#taken.has(id); copy += 1) {
      id = `${given}-${copy}`;
      this.#next.set(given, copy + 1);
    }
    this.#taken.add(id);
    return id;
  }

  /** The row under a unique id, if it has an id. */
  ownRow(row: unknown): unknown {
    if (!isRecord(row) || typeof row['id'] !== 'string') return row;
    const id = this.own(row['id']);
    return id === row['id'] ? row : { ...row, id };
  }
}

/** Gives a row without an id one from its content, so that equal rows share results. */
export function withContentId(row: unknown): unknown {
  if (!isRecord(row) || Object.hasOwn(row, 'id')) return row;
  return { id: sha256(canonicalJson(row)).slice(0, 16), ...row };
}
