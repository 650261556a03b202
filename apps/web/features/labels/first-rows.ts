interface Page {
  readonly rows: readonly unknown[];
  /** Of all pages. */
  readonly total: number;
}

export interface FirstRows {
  readonly rows: readonly unknown[];
  /** How many come after them. */
  readonly left: number;
}

const pageSize = 5_000;

/** The first rows of an output, at most so many. */
export async function firstRows(
  read: (page: { readonly offset: number; readonly limit: number }) => Promise<Page>,
  atMost: number,
): Promise<FirstRows> {
  const rows: unknown[] = [];
  for (;;) {
    const limit = Math.min(pageSize, atMost - rows.length);
    const found = await read({ offset: rows.length, limit });
    rows.push(...found.rows);
    const left = found.total - rows.length;
    if (found.rows.length === 0 || left <= 0 || rows.length >= atMost) return { rows, left };
  }
}
