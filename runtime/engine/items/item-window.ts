/** Held at once: what is missing of them is sorted into batches, and all wait for it. */
const most = { rows: 4096, bytes: 32 * 2 ** 20 };

/** An input row that is held until what is missing of its window is computed. */
export interface HeldRow {
  readonly key: string;
  readonly row: unknown;
}

/** Rows that are held at once: so many, or so many bytes of text and numbers. */
export class ItemWindow {
  #rows: HeldRow[] = [];
  #bytes = 0;

  get length(): number {
    return this.#rows.length;
  }

  get isFull(): boolean {
    return this.#rows.length >= most.rows || this.#bytes >= most.bytes;
  }

  add(held: HeldRow): void {
    this.#rows.push(held);
    this.#bytes += bytesOf(held.row);
  }

  /** What it held. */
  empty(): readonly HeldRow[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    return rows;
  }
}

/** About what a row takes, of one byte a character; whatever it is made of is counted, names of fields are shared. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let bytes = 8;
  if (typeof value !== 'object' || value === null) return bytes;
  for (const part of Array.isArray(value) ? value : Object.values(value)) bytes += bytesOf(part);
  return bytes;
}
