import { createHash } from 'node:crypto';
import {
  GraphError,
  implement,
  type PortType,
  portTypes,
  type Question,
  type SourceFile,
} from '@graft/graph';
import { jsonlRows, type TableRow } from '../kit/text/jsonl-rows.ts';
import { fileText } from '../kit/text/table-rows.ts';
import { loadRows } from './node.ts';

export const run = implement(loadRows, async (ctx, _inputs, { type: id, written }) => {
  const type = portTypes[id];
  const files = ctx.sources.flatMap((source) => (source.kind === 'files' ? source.files : []));
  const [file] = files;
  if (type === undefined || file === undefined || files.length > 1) {
    throw new GraphError('bad-param', 'Choose one JSONL file of the workspace.', {
      location: { node: ctx.node, param: 'file' },
    });
  }
  if (written > type.version) {
    throw new GraphError(
      'newer-format',
      `${file.path} holds rows of ${type.id} of version ${written}, and this Graft knows version ${type.version}. Update Graft to read them.`,
      { location: { file: file.path } },
    );
  }
  // Its type is that of the `type` parameter, which only the plan knows; every row is checked against it.
  const rows = rowsOf(type, file, written) as AsyncIterable<Question>;
  return { rows };
});

async function* rowsOf(type: PortType, file: SourceFile, written: number): AsyncGenerator<unknown> {
  const seen = new Set<string>();
  let count = 0;
  for await (const row of jsonlRows(fileText(file), file.path)) {
    count += 1;
    yield withOwnId(checked(type, row, { path: file.path, written }), seen);
  }
  if (count > 0) return;
  throw new GraphError('bad-input', `${file.path} has no rows.`, {
    location: { file: file.path },
  });
}

/** The row as its type reads it, brought to its newest version; one without an id is named by its content. */
function checked(
  type: PortType,
  { values, line }: TableRow,
  { path, written }: { readonly path: string; readonly written: number },
): unknown {
  let row: unknown = Object.hasOwn(values, 'id') ? values : { id: contentId(values), ...values };
  for (const { from, row: migrate } of type.migrations) {
    if (written > 0 && from >= written) row = migrate(row);
  }
  const result = type.schema.safeParse(row);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new GraphError(
    'bad-row',
    `${path}, line ${line}: this is no row of ${type.id}: ${field === '' ? '' : `"${field}": `}${issue?.message ?? 'it has another shape'}.`,
    { location: { file: path, line } },
  );
}

function contentId(values: TableRow['values']): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16);
}

/** Ids name items, so a repeated one gets its number behind it. */
function withOwnId(row: unknown, seen: Set<string>): unknown {
  if (typeof row !== 'object' || row === null || !('id' in row) || typeof row.id !== 'string') {
    return row;
  }
  let { id } = row;
  for (let copy = 2; seen.has(id); copy += 1) id = `${row.id}-${copy}`;
  seen.add(id);
  return id === row.id ? row : { ...row, id };
}
