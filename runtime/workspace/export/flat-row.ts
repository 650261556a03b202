/** A cell of a table. */
export type Cell = string | number | boolean;

const isPlain = (value: unknown): value is Cell | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/**
 * A row as cells: what is nested gets its path for a name (`question.id`), lists of plain values are joined by
 * `; `, and lists of anything else are written as JSON.
 */
export function flatRow(row: object): ReadonlyMap<string, Cell> {
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
  put('', row);
  return cells;
}
