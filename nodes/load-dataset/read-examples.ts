import {
  columnsOf,
  type DatasetFormat,
  detectFormat,
  type Example,
  GraphError,
  knownColumns,
  type ParamsOf,
  plural,
  type SourceFile,
  type RunContext,
  type Turn,
} from '@graft/graph';
import { columnList } from '../kit/text/facts.ts';
import { splitOf } from '../kit/training/dataset-split.ts';
import { RowFaults } from '../kit/training/row-faults.ts';
import type { loadDataset } from './node.ts';
import { type DataRow, endings, holdsRows, readRows } from './read-rows.ts';
import { Refused, type RowContent, rowContent } from './row-turns.ts';

export interface ReadOptions {
  readonly files: readonly SourceFile[];
  readonly params: ParamsOf<typeof loadDataset>;
  readonly signal: AbortSignal;
  /** The node's id, for messages. */
  readonly node: string;
  readonly log: RunContext['log'];
}

/**
 * The examples of all files, in order. Collects invalid rows and refuses them together at the end of their file, with
 * one message for each fault. Throws `bad-input`.
 */
export async function* readExamples(options: ReadOptions): AsyncGenerator<Example> {
  const { params, node } = options;
  let left = params.limit === 0 ? Number.POSITIVE_INFINITY : params.limit;
  for (const file of readable(options)) {
    const faults = new RowFaults();
    let format: DatasetFormat | undefined;
    for await (const row of readRows(file)) {
      options.signal.throwIfAborted();
      if (left === 0) break;
      left -= 1;
      format ??= formatOf(file, row, options);
      try {
        const example = exampleOf(file, { row, format }, params);
        // One invalid row refuses the file; the rest is read to name every one.
        if (!faults.any) yield example;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        faults.add({ path: file.path, ...place(row) }, error.fault);
      }
    }
    faults.throwIfAny({ node, param: 'files' });
    if (format === undefined && left > 0) options.log('warning', `${file.path} has no rows.`);
    if (left === 0) return;
  }
}

/** Files with rows; ignores others, unless they are named individually. */
function readable({ files, params, node, log }: ReadOptions): SourceFile[] {
  const others = files.filter(({ path }) => !holdsRows(path));
  const named = others.find(({ path }) => params.files.includes(path));
  if (named !== undefined) {
    throw new GraphError(
      'bad-input',
      `${named.path} has an unknown type. Choose files that end in ${endings.join(', ')}.`,
      { location: { node, param: 'files', file: named.path } },
    );
  }
  if (others.length > 0) {
    log(
      'info',
      `Skipped ${plural(others.length, 'file')} that do not end in ${endings.join(', ')}.`,
    );
  }
  return files.filter(({ path }) => holdsRows(path));
}

function formatOf(file: SourceFile, row: DataRow, options: ReadOptions): DatasetFormat {
  const { params, node, log } = options;
  const columns = Object.keys(row.values);
  const format = params.format === 'auto' ? detectFormat(columns) : params.format;
  if (format === undefined) {
    throw new GraphError(
      'missing-column',
      `${file.path}: no known format has the columns of the first row (${columnList(columns)}). Rename them to ${knownColumns()}.`,
      { location: { node, param: 'format', file: file.path, line: row.line ?? row.row } },
    );
  }
  if (format === 'text' && params.template === 'chat') {
    throw new GraphError(
      'bad-input',
      `${file.path} holds plain texts, which have no turns for a chat template. Set the template to auto.`,
      { location: { node, param: 'template', file: file.path } },
    );
  }
  if (params.format === 'auto') {
    const found = columnsOf(format, columns)
      .map((column) => `"${column}"`)
      .join(' and ');
    log('info', `Read ${file.path} as ${format}, because its first row has ${found}.`);
  }
  return format;
}

interface FormattedRow {
  readonly row: DataRow;
  readonly format: DatasetFormat;
}

function exampleOf(
  { path }: SourceFile,
  { row, format }: FormattedRow,
  params: ReadOptions['params'],
): Example {
  const needed = columnsOf(format, Object.keys(row.values));
  const missing = needed.filter((column) => !(column in row.values));
  if (missing.length > 0) {
    throw new Refused(
      `no column ${missing.map((column) => `"${column}"`).join(' and ')}`,
      `Rows in the format ${format} need ${needed.join(' and ')}.`,
    );
  }
  const { kind, turns } = learned(rowContent(row.values, format), params);
  return {
    ...{ id: `${path}:${row.row}`, path, row: row.row },
    ...{ split: splitOf(textsOf(turns), params), kind, turns },
  };
}

/** A row's turns under the node's parameters: the template, and what is trained. */
function learned(
  content: RowContent,
  { template, trainOn }: ReadOptions['params'],
): Pick<Example, 'kind' | 'turns'> {
  const everything = trainOn === 'everything';
  if (content.kind === 'text') {
    const { prompt, text } = content;
    if (template === 'chat') {
      const turns: Turn[] = [
        { role: 'user', content: prompt, trained: everything },
        { role: 'assistant', content: text, trained: true },
      ];
      return { kind: 'chat', turns };
    }
    const before: Turn[] =
      prompt === '' ? [] : [{ role: 'text', content: prompt, trained: everything }];
    return { kind: 'text', turns: [...before, { role: 'text', content: text, trained: true }] };
  }
  const turns = content.turns.map(({ role, content: text, trained = true }) => ({
    ...{ role, content: text, trained: trained && (everything || role === 'assistant') },
  }));
  if (template !== 'none') return { kind: 'chat', turns };
  return {
    kind: 'text',
    turns: turns.map(({ content: text, trained }, at) => ({
      role: 'text',
      content: at === turns.length - 1 ? text : `${text}\n\n`,
      trained,
    })),
  };
}

const textsOf = (turns: readonly Turn[]): unknown =>
  turns.map(({ role, content }) => [role, content]);

function place({ row, line }: DataRow): { row: number; line?: number } {
  return line === undefined ? { row } : { row, line };
}
