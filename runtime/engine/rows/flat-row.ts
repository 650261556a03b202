/** Rows that can be read more than once. */
export type Rows = () => AsyncIterable<unknown>;

/** A cell of a table. */
export type Cell = string | number | boolean;

const isPlain = (value: unknown): value is Cell | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/**
 * A row as cells. A nested value is named by its path (`question.id`); lists of plain values are joined by `; `, other lists
 * are written as JSON. A row that is no object is the cell `value`.
 */
export function flatRow(row: unknown): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  const put = (name: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    if (ArrayBuffer.isView(value)) return;
    if (isPlain(value)) cells.set(name, value ?? '');
    else if (Array.isArray(value)) {
      cells.set(name, value.every(isPlain) ? value.join('; ') : JSON.stringify(value));
    } else if (typeof value === 'object') {
      for (const [part, inner] of Object.entries(value)) {
        put(name === '' ? part : `${name}.${part}`, inner);
      }
    }
  };
  put('', typeof row === 'object' && row !== null ? row : { value: row });
  return cells;
}
