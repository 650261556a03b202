import { defineNode, Documents, type ParamMeta, secretParam } from '@graft/graph';
import { z } from 'zod';
import { refreshed, refreshParam, revisionParam, timeoutParam } from '../kit/web/definition.ts';
import { queryFault } from './query-fault.ts';

export const loadSql = defineNode({
  type: 'load-sql',
  version: 1,
  implementation: 4,
  title: 'SQL',
  group: 'sources',
  doc: 'Runs a query on a SQLite file of the workspace, or on a Postgres database, and reads the rows that it returns as documents. It cannot change data.',
  synonyms: ['database', 'postgres', 'sqlite', 'query', 'table'],
  inputs: {},
  outputs: {
    documents: { type: Documents, doc: 'The rows as documents, in the order of the query.' },
  },
  params: z.strictObject({
    file: z
      .string()
      .default('')
      .meta({
        title: 'SQLite file',
        description: 'A SQLite file in the workspace. Leave it empty to use the Postgres database.',
        control: 'file',
        takes: ['.sqlite', '.sqlite3', '.db', '.db3'],
      } satisfies ParamMeta),
    database: secretParam(
      'Postgres database',
      'The name of a secret that holds the address with name and password. The operator of Graft sets the secret.',
      true,
    ),
    query: z
      .string()
      .max(20_000)
      .default('')
      .meta({
        title: 'Query',
        control: 'multiline',
        language: 'sql',
        description: 'A single read-only statement, such as select id, title, text from articles.',
      } satisfies ParamMeta),
    values: z
      .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .max(100)
      .default([])
      .meta({
        title: 'Values',
        description:
          'Values for the placeholders in the query: ?1, ?2 … in SQLite, $1, $2 … in Postgres.',
        advanced: true,
      } satisfies ParamMeta),
    id: z
      .string()
      .default('')
      .meta({
        title: 'Id column',
        description: 'The column with the document ids, all different. Empty: the row number.',
      } satisfies ParamMeta),
    textColumns: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Text columns',
        description:
          'Columns that become the text. The others become metadata. Empty: all columns, one line each.',
      } satisfies ParamMeta),
    limit: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(100_000)
      .meta({
        title: 'Limit',
        unit: 'rows',
        description: 'Reads at most this many rows, from the first.',
        advanced: true,
      } satisfies ParamMeta),
    refresh: refreshParam(0, {
      title: 'Query again after',
      description:
        'For Postgres: the age at which rows are read again. 0: never. A SQLite file is read again whenever it changes.',
    }),
    revision: revisionParam('runs the query'),
    timeout: timeoutParam({ seconds: 60, most: 3600 }, 'How long the query may take.'),
  }),
  summary: ({ file, database, query }) => [
    ['from', file !== '' ? file : (database?.$secret ?? 'none chosen')],
    ['query', query.trim() === '' ? 'none yet' : query.trim().replace(/\s+/g, ' ').slice(0, 60)],
  ],
  caching: 'pure',
  sources({ file, database, refresh }) {
    if (file !== '') {
      // SQLite's files beside an open database.
      const journals = ['-wal', '-journal'].map((end) => ({
        ...{ kind: 'files' as const, patterns: [`${file}${end}`], param: 'file', optional: true },
      }));
      return [{ kind: 'files', patterns: [file], param: 'file' }, ...journals];
    }
    if (database === null) return [];
    return [
      { kind: 'database', secret: database.$secret, param: 'database' },
      ...refreshed({ refresh }),
    ];
  },
  check({ file, database, query }) {
    const found: { param: string; message: string }[] = [];
    if (file === '' && database === null) {
      found.push({
        param: 'file',
        message: 'Choose a SQLite file of the workspace, or name a database.',
      });
    }
    if (file !== '' && database !== null) {
      found.push({
        param: 'file',
        message: 'Both a file and a database are set. Clear one of them.',
      });
    }
    if (/[*?]/.test(file)) {
      found.push({
        param: 'file',
        message: 'This is a pattern and may match several files. Choose a single file.',
      });
    }
    const fault = queryFault(query);
    if (fault !== undefined) found.push({ param: 'query', message: fault });
    return found;
  },
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
