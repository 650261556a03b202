import {
  GraphError,
  implement,
  type PortType,
  portTypes,
  type Question,
  RowIds,
  rowOfType,
  type SourceFile,
} from '@graft/graph';
import { jsonlRows } from '../kit/text/jsonl-rows.ts';
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
      `${file.path} holds ${type.id} rows of version ${written}; this Graft reads up to version ${type.version}. Update Graft.`,
      { location: { file: file.path } },
    );
  }
  // Its type is that of the `type` parameter, which only the plan knows; every row is checked against it.
  const rows = rowsOf(type, file, written) as AsyncIterable<Question>;
  return { rows };
});

async function* rowsOf(type: PortType, file: SourceFile, written: number): AsyncGenerator<unknown> {
  const ids = new RowIds();
  let count = 0;
  for await (const { values, line } of jsonlRows(fileText(file), file.path)) {
    count += 1;
    const location = { file: file.path, line };
    const subject = `${file.path}, line ${line}`;
    yield ids.ownRow(rowOfType({ type, written }, values, { subject, location }));
  }
  if (count > 0) return;
  throw new GraphError('bad-input', `${file.path} has no rows.`, {
    location: { file: file.path },
  });
}
