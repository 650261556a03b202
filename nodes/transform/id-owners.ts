import { createHash } from 'node:crypto';
import { canonicalJson, GraphError } from '@graft/graph';

interface Owner {
  /** The source of the row, in words. */
  readonly of: string;
  readonly digest: string;
}

/** The rows of a step by id: rows of different items need different ids, unless they are entirely equal. */
export class IdOwners {
  readonly #node: string;
  readonly #owners = new Map<string, Owner>();
  #last: unknown;
  #at = 0;

  constructor(node: string) {
    this.#node = node;
  }

  /** Records a row and its source, in order. Throws `bad-row` for an id of another item's row. */
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

/** The id of a row; undefined if it has none, such as metrics. */
export function idOf(row: unknown): string | undefined {
  const id = typeof row === 'object' && row !== null && 'id' in row ? row.id : undefined;
  return typeof id === 'string' ? id : undefined;
}
