/**
 * A list that grows at its end. Versions share one array: appending to the newest version costs the same at any length.
 * Appending to an older one copies. No version ever changes.
 */
export interface GrowingList<T> {
  readonly length: number;
  /** Shared by all versions; what lies beyond `length` belongs to newer ones. Read it with `listed`. */
  readonly shared: T[];
}

export const emptyList: GrowingList<never> = { length: 0, shared: [] };

export function appended<T>({ length, shared }: GrowingList<T>, value: T): GrowingList<T> {
  const newest = length > 0 && length === shared.length;
  const values = newest ? shared : shared.slice(0, length);
  values.push(value);
  return { length: length + 1, shared: values };
}

/** The values of this version. */
export function listed<T>({ length, shared }: GrowingList<T>): readonly T[] {
  return shared.slice(0, length);
}

/** The most values of a block, or blocks below it. */
const width = 32;

/** A part of the map: values at the lowest level, blocks above it. */
interface Block<V> {
  readonly values: readonly V[];
  readonly below: readonly Block<V>[];
}

/** The keys of a line of versions, and the position of each key's value. Shared, like a `GrowingList`. */
interface Keys {
  readonly list: GrowingList<string>;
  readonly places: Map<string, number>;
}

const noBlock = { values: [], below: [] };

/**
 * A map that keeps the order of its keys and only grows. Versions share what is equal: setting a value costs about the
 * same at any size. No version ever changes.
 */
export class GrowingMap<V> {
  readonly #keys: Keys;
  readonly #root: Block<V>;
  /** Number of block levels above the values. */
  readonly #depth: number;

  private constructor(keys: Keys, root: Block<V>, depth: number) {
    this.#keys = keys;
    this.#root = root;
    this.#depth = depth;
  }

  static of<V>(entries: Iterable<readonly [string, V]> = []): GrowingMap<V> {
    let map = new GrowingMap<V>({ list: emptyList, places: new Map() }, noBlock, 0);
    for (const [key, value] of entries) map = map.with(key, value);
    return map;
  }

  get size(): number {
    return this.#keys.list.length;
  }

  get(key: string): V | undefined {
    const place = this.#place(key);
    return place === undefined ? undefined : this.#at(place);
  }

  has(key: string): boolean {
    return this.#place(key) !== undefined;
  }

  /** The value of the key that was added last. */
  last(): V | undefined {
    return this.#at(this.size - 1);
  }

  with(key: string, value: V): GrowingMap<V> {
    const place = this.#place(key);
    if (place !== undefined) {
      return new GrowingMap(
        this.#keys,
        replaced(this.#root, this.#depth, { place, value }),
        this.#depth,
      );
    }
    const at = this.size;
    const isFull = at === width ** (this.#depth + 1);
    const root = isFull ? { values: [], below: [this.#root] } : this.#root;
    const depth = this.#depth + (isFull ? 1 : 0);
    return new GrowingMap(this.#keysWith(key), replaced(root, depth, { place: at, value }), depth);
  }

  *keys(): Generator<string> {
    const { shared, length } = this.#keys.list;
    for (let at = 0; at < length; at++) yield shared[at] ?? '';
  }

  values(): Generator<V> {
    return valuesOf(this.#root);
  }

  *[Symbol.iterator](): Generator<readonly [string, V]> {
    const { shared } = this.#keys.list;
    let at = 0;
    for (const value of this.values()) yield [shared[at++] ?? '', value];
  }

  /** Undefined for a key that another version added. */
  #place(key: string): number | undefined {
    const { list, places } = this.#keys;
    const place = places.get(key);
    return place !== undefined && place < list.length && list.shared[place] === key
      ? place
      : undefined;
  }

  #at(place: number): V | undefined {
    let block = this.#root;
    for (let level = this.#depth; level > 0; level--) {
      block = block.below[slot(place, level)] ?? noBlock;
    }
    return block.values[slot(place, 0)];
  }

  /** The newest version adds to the shared keys; an older one copies them first. */
  #keysWith(key: string): Keys {
    const { list, places } = this.#keys;
    const isNewest = list.length > 0 && list.length === list.shared.length;
    const own = isNewest ? places : new Map([...this.keys()].map((key, at) => [key, at]));
    own.set(key, list.length);
    return { list: appended(list, key), places: own };
  }
}

function slot(place: number, level: number): number {
  return Math.floor(place / width ** level) % width;
}

/** A block with one value replaced, or appended. */
function replaced<V>(
  { values, below }: Block<V>,
  level: number,
  put: { readonly place: number; readonly value: V },
): Block<V> {
  const at = slot(put.place, level);
  if (level === 0) {
    const next = values.slice();
    next[at] = put.value;
    return { values: next, below };
  }
  const next = below.slice();
  next[at] = replaced(below[at] ?? noBlock, level - 1, put);
  return { values, below: next };
}

function* valuesOf<V>({ values, below }: Block<V>): Generator<V> {
  yield* values;
  for (const block of below) yield* valuesOf(block);
}
