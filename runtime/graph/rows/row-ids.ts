import { canonicalJson } from '../base/canonical-json.ts';
import { isRecord } from '../base/record.ts';
import { sha256 } from '../base/sha256.ts';

/** Ids name items, so each row needs its own: one that comes again gets its number behind it, `q1-2`. */
export class RowIds {
  readonly #taken = new Set<string>();
  /** Id → the number to try first: every smaller one is taken. */
  readonly #next = new Map<string, number>();

  /** An id of its own for each call. */
  own(given: string): string {
    let id = given;
    for (let copy = this.#next.get(given) ?? 2; this.#taken.has(id); copy += 1) {
      id = `${given}-${copy}`;
      this.#next.set(given, copy + 1);
    }
    this.#taken.add(id);
    return id;
  }

  /** The row under an id of its own, where it has one. */
  ownRow(row: unknown): unknown {
    if (!isRecord(row) || typeof row['id'] !== 'string') return row;
    const id = this.own(row['id']);
    return id === row['id'] ? row : { ...row, id };
  }
}

/** A row that has no id under one of its content, so that equal rows share what was computed of them. */
export function withContentId(row: unknown): unknown {
  if (!isRecord(row) || Object.hasOwn(row, 'id')) return row;
  return { id: sha256(canonicalJson(row)).slice(0, 16), ...row };
}
