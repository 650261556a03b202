/** Rows whose heights are summed in one block, for faster lookup. */
const blockRows = 128;
/** Measured rows before their mean estimates the others. */
const enoughMeasured = 8;
/** How far the mean may deviate from the estimate before the estimate follows. */
const leeway = 0.25;

/** Heights of the rows of a list, in pixels: measured where drawn, estimated elsewhere. */
export class RowSizes {
  readonly count: number;
  readonly #measured = new Map<number, number>();
  /** For each block, the sum and number of its measured rows. */
  readonly #sums: Float64Array;
  readonly #known: Uint32Array;
  #sum = 0;
  #guess: number;

  constructor(count: number, guess: number) {
    this.count = count;
    this.#guess = guess;
    const blocks = Math.ceil(count / blockRows);
    this.#sums = new Float64Array(blocks);
    this.#known = new Uint32Array(blocks);
  }

  /** The same for another number of rows. */
  resized(count: number): RowSizes {
    const sizes = new RowSizes(count, this.#guess);
    for (const [row, size] of this.#measured) if (row < count) sizes.set(row, size);
    return sizes;
  }

  /** Records the height of a row. True if any height changed. */
  set(row: number, size: number): boolean {
    const before = this.#measured.get(row);
    if (before !== undefined && Math.abs(before - size) < 0.5) return false;
    const block = Math.floor(row / blockRows);
    this.#sums[block] = (this.#sums[block] ?? 0) + size - (before ?? 0);
    this.#sum += size - (before ?? 0);
    if (before === undefined) this.#known[block] = (this.#known[block] ?? 0) + 1;
    this.#measured.set(row, size);
    const guess = this.#guess;
    const mean = this.#sum / this.#measured.size;
    const isOff = Math.abs(mean - guess) > leeway * guess;
    if (this.#measured.size >= enoughMeasured && isOff) this.#guess = mean;
    return before !== undefined || this.#guess !== guess || Math.abs(size - guess) >= 0.5;
  }

  of(row: number): number {
    return this.#measured.get(row) ?? this.#guess;
  }

  get total(): number {
    return this.before(this.count);
  }

  /** Offset of a row. */
  before(row: number): number {
    const last = Math.floor(Math.min(row, this.count) / blockRows);
    let offset = 0;
    for (let block = 0; block < last; block += 1) offset += this.#block(block);
    for (let at = last * blockRows; at < row; at += 1) offset += this.of(at);
    return offset;
  }

  /** The row at an offset; the first or last one beyond them. */
  at(offset: number): number {
    let block = 0;
    let left = offset;
    for (; block < this.#sums.length - 1 && left >= this.#block(block); block += 1) {
      left -= this.#block(block);
    }
    let row = block * blockRows;
    for (; row < this.count - 1 && left >= this.of(row); row += 1) left -= this.of(row);
    return Math.max(0, row);
  }

  #block(block: number): number {
    const rows = Math.min(blockRows, this.count - block * blockRows);
    return (this.#sums[block] ?? 0) + (rows - (this.#known[block] ?? 0)) * this.#guess;
  }
}
