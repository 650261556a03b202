/** Most input rows held at once. Their missing results are sorted into batches, and all rows wait for them. */
const most = { rows: 4096, bytes: 32 * 2 ** 20 };

/** An input row, held until the missing results of its window are computed. */
export interface HeldRow {
  readonly key: string;
  readonly row: unknown;
}

/** Rows held at once, limited by their number and by their bytes of text and numbers. */
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

  /** The rows it held. */
  empty(): readonly HeldRow[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    return rows;
  }
}

/** The approximate size of a row, with a byte a character. Field names are shared, so they do not count. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let bytes = 8;
  if (typeof value !== 'object' || value === null) return bytes;
  for (const part of Array.isArray(value) ? value : Object.values(value)) bytes += bytesOf(part);
  return bytes;
}
