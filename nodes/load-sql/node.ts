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
  doc: 'Reads the rows of a query to a SQLite file in the workspace, or to a Postgres database, as documents. It can only read.',
  synonyms: ['database', 'postgres', 'sqlite', 'query', 'table'],
  inputs: {},
  outputs: {
    documents: { type: Documents, doc: 'The rows, in the order in which the query gives them.' },
  },
  params: z.strictObject({
    file: z
      .string()
      .default('')
      .meta({
        title: 'SQLite file',
        description: 'A SQLite file below the workspace. Empty for the Postgres database.',
        control: 'file',
        takes: ['.sqlite', '.sqlite3', '.db', '.db3'],
      } satisfies ParamMeta),
    database: secretParam(
      'Postgres database',
      'The name of a secret, set by whoever runs Graft, that holds its address with name and password.',
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
        description: 'One statement that reads, such as select id, title, text from articles.',
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
        description:
          'The column that names the documents; its values are all different. Empty for the number of the row.',
      } satisfies ParamMeta),
    textColumns: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Text columns',
        description:
          'Columns that make up the text; the others become metadata. Empty for all columns, one line each.',
      } satisfies ParamMeta),
    limit: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(100_000)
      .meta({
        title: 'Limit',
        unit: 'rows',
        description: 'The most rows that are read, from the first.',
        advanced: true,
      } satisfies ParamMeta),
    refresh: refreshParam(0, {
      title: 'Ask again after',
      description:
        'For Postgres. 0 for never: rows stay as they were. A file is read again whenever it changes.',
    }),
    revision: revisionParam('asks'),
    timeout: timeoutParam({ seconds: 60, most: 3600 }, 'That the database may work on the query.'),
  }),
  summary: ({ file, database, query }) => [
    ['from', file !== '' ? file : (database?.$secret ?? 'none chosen')],
    ['query', query.trim() === '' ? 'none yet' : query.trim().replace(/\s+/g, ' ').slice(0, 60)],
  ],
  caching: 'pure',
  sources({ file, database, refresh }) {
    if (file !== '') {
      // What SQLite keeps beside a database that is in use.
      const beside = ['-wal', '-journal'].map((end) => ({
        ...{ kind: 'files' as const, patterns: [`${file}${end}`], param: 'file', optional: true },
      }));
      return [{ kind: 'files', patterns: [file], param: 'file' }, ...beside];
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
      found.push({ param: 'file', message: 'Name a SQLite file in the workspace, or a database.' });
    }
    if (file !== '' && database !== null) {
      found.push({
        param: 'file',
        message: 'Give a file or a database, not both: clear one of them.',
      });
    }
    if (/[*?]/.test(file)) {
      found.push({ param: 'file', message: 'Name a single file: a pattern may match several.' });
    }
    const fault = queryFault(query);
    if (fault !== undefined) found.push({ param: 'query', message: fault });
    return found;
  },
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
