import { createHash } from 'node:crypto';
import { canonicalJson, GraphError } from '@graft/graph';

interface Owner {
  /** What the row was made of, in words. */
  readonly of: string;
  readonly digest: string;
}

/** The rows that a step gives, by id: rows of different items need different ones, unless they are the same in all. */
export class IdOwners {
  readonly #node: string;
  readonly #owners = new Map<string, Owner>();
  #last: unknown;
  #at = 0;

  constructor(node: string) {
    this.#node = node;
  }

  /** Takes a row beside what it was made of, in their order. Throws `bad-row` for an id that another item's row has. */
  add(item: unknown, given: unknown): void {
    if (item !== this.#last) this.#at += 1;
    this.#last = item;
    const id = idOf(given);
    if (id === undefined) return;
    const itemId = idOf(item);
    const of = itemId === undefined ? `row ${String(this.#at)}` : `"${itemId}"`;
    const digest = createHash('sha256').update(canonicalJson(given)).digest('base64');
    const owner = this.#owners.get(id);
    if (owner === undefined) {
      this.#owners.set(id, { of, digest });
    } else if (owner.of !== of && owner.digest !== digest) {
      throw new GraphError(
        'bad-row',
        `The code returned the same id "${id}" for ${owner.of} and for ${of}. Rows need different ids: set them in the code, beginning with row.id and a slash.`,
        { location: { node: this.#node, param: 'code' } },
      );
    }
  }
}

/** The id of a row; undefined of one that has none, as those of metrics. */
export function idOf(row: unknown): string | undefined {
  const id = typeof row === 'object' && row !== null && 'id' in row ? row.id : undefined;
  return typeof id === 'string' ? id : undefined;
}
