import {
  type DatabaseQuery,
  type DatabaseRows,
  type Document,
  GraphError,
  implement,
  type ParamsOf,
  type RunContext,
  plural,
} from '@graft/graph';
import { columnList } from '../kit/text/facts.ts';
import { rowDocument } from '../kit/text/row-document.ts';
import { loadSql } from './node.ts';
import { queryFault } from './query-fault.ts';
import { sqliteRows } from './sqlite-rows.ts';

type Params = ParamsOf<typeof loadSql>;
/** Values by column; undefined for bytes. */
type Row = Readonly<Record<string, unknown>>;

/** Most code units of a row, as for rows of files. */
const longestRow = 16 * 1024 * 1024;

export const run = implement(loadSql, (ctx, _inputs, params) =>
  Promise.resolve({ documents: documentsOf(ctx, params) }),
);

async function* documentsOf(ctx: RunContext, params: Params): AsyncGenerator<Document> {
  const { limit, file, database, textColumns } = params;
  const source = file === '' ? (database?.$secret ?? '') : file;
  const ids = new Set<string>();
  let row = 0;
  let written = 0;
  let isReported = false;
  for await (const values of eachRow(ctx, params)) {
    ctx.signal.throwIfAborted();
    row += 1;
    if (row > limit) {
      ctx.log(
        'warning',
        `The query has more than ${plural(limit, 'row')}. Graft reads only ${limit === 1 ? 'this one' : 'these'}. Raise the limit for more.`,
      );
      return;
    }
    const { document, left } = documentOf({ values, row, source }, params);
    if (left > 0 && !isReported) {
      isReported = true;
      ctx.log(
        'warning',
        `The query has too many columns for the metadata: the text alone holds ${plural(left, 'column')}.`,
      );
    }
    if (ids.has(document.id)) throw repeated(document.id, params.id);
    ids.add(document.id);
    if (row % 1000 === 0) ctx.progress({ done: row, unit: 'rows' });
    if (document.text.trim() === '') continue;
    written += 1;
    yield document;
  }
  if (written > 0) return;
  const param = row > 0 && textColumns.length > 0 ? 'textColumns' : 'query';
  throw new GraphError(
    'bad-input',
    row === 0
      ? 'The query has no rows.'
      : `No row of the query has any text (${plural(row, 'row')}).`,
    { location: { node: ctx.node, param } },
  );
}

async function* eachRow(ctx: RunContext, params: Params): AsyncGenerator<Row> {
  for await (const { columns, rows } of asked(ctx, params)) {
    const twice = columns.find((name, at) => columns.indexOf(name) !== at);
    if (twice !== undefined) {
      throw badParam(
        'query',
        `Several columns of the query have the name "${twice}". Rename them: select a.id as a_id, b.id as b_id …`,
      );
    }
    for (const row of rows) {
      yield Object.fromEntries(columns.map((name, at) => [name, plainValue(row[at])]));
    }
  }
}

function asked(ctx: RunContext, params: Params): AsyncIterable<DatabaseRows> {
  const { query: text, values, timeout: seconds, database, file: path } = params;
  const fault = queryFault(text);
  if (fault !== undefined) throw badParam('query', fault);
  const query: DatabaseQuery = { text, values, seconds, signal: ctx.signal };
  if (database !== null) {
    const source = ctx.sources.find(({ kind }) => kind === 'database');
    if (source?.kind !== 'database')
      throw badParam('database', 'The database is unknown. Choose it again.');
    const { identity } = source;
    return ctx.databases.rows({ secret: database.$secret, identity }, query);
  }
  const [given = [], ...others] = ctx.sources.map((source) =>
    source.kind === 'files' ? source.files : [],
  );
  const [file, another] = given;
  if (file === undefined) {
    throw badParam('file', 'Choose a SQLite file of the workspace, or name a database.');
  }
  if (another !== undefined) {
    throw badParam(
      'file',
      `${path} matches several files (${file.path}, ${another.path}). Choose one.`,
    );
  }
  const journals = others.flat().filter((other) => other.path.startsWith(`${file.path}-`));
  return sqliteRows({ file, beside: journals }, query);
}

function documentOf(
  { values, row, source }: { readonly values: Row; readonly row: number; readonly source: string },
  { id, textColumns }: Params,
): { readonly document: Document; readonly left: number } {
  const missing = [id, ...textColumns].find((name) => name !== '' && !Object.hasOwn(values, name));
  if (missing !== undefined) {
    throw new GraphError(
      'missing-column',
      `The query has no column "${missing}". Choose among ${columnList(Object.keys(values))}.`,
      { location: { param: missing === id ? 'id' : 'textColumns' } },
    );
  }
  const bytes = textColumns.find((name) => values[name] === undefined);
  if (bytes !== undefined) {
    throw new GraphError(
      'bad-row',
      `Row ${row} has binary data in "${bytes}". Select the column as text, for instance with hex(), or leave it out.`,
      {
        location: { param: 'textColumns' },
      },
    );
  }
  const name = id === '' ? row : values[id];
  if ((typeof name !== 'string' && typeof name !== 'number') || name === '') {
    throw new GraphError(
      'bad-row',
      `Row ${row} has no value in the id column "${id}". Choose another id column.`,
      {
        location: { param: 'id' },
      },
    );
  }
  const { document, left } = rowDocument({ values, row, line: row }, { path: source }, textColumns);
  if (document.text.length > longestRow) {
    throw new GraphError(
      'too-large',
      `Row ${row} has more than 16 MiB of text. Select less of it, such as substr(body, 1, 100000).`,
      {
        location: { param: 'textColumns' },
      },
    );
  }
  return { document: { ...document, id: `${source}:${name}`, mediaType: 'text/plain' }, left };
}

/** A value as text or a fact; undefined for bytes. */
function plainValue(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return undefined;
  // Numbers that JSON lacks, infinity and NaN, become text.
  const isText =
    typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value));
  return isText ? String(value) : value;
}

function repeated(document: string, column: string): GraphError {
  return new GraphError(
    'bad-row',
    `Several rows have the id ${document.slice(0, 200)}. In place of "${column}", choose a column whose values are all different.`,
    { location: { param: 'id' } },
  );
}

function badParam(param: string, message: string): GraphError {
  return new GraphError('bad-param', message, { location: { param } });
}
