import type { api } from '../../api/client.ts';

/** Rows of outputs beside each other, as the server compares them. */
export type ComparedRows = Awaited<ReturnType<typeof api.compare.rows.query>>;
export type RowFilter = Parameters<typeof api.compare.rows.query>[0]['filter'];
export type ComparedRow = ComparedRows['rows'][number];
export type ComparedCell = NonNullable<ComparedRow['cells'][number]>;
