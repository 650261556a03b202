import { defineNode, Documents, type ParamMeta } from '@graft/graph';
import { z } from 'zod';

/** Readable kinds, by file name extension. */
const texts = ['txt', 'md', 'html', 'pdf', 'docx', 'epub', 'csv', 'jsonl'] as const;
export const extensions = [...texts, 'code'] as const;

export const loadFiles = defineNode({
  type: 'load-files',
  version: 1,
  implementation: 6,
  title: 'Files',
  group: 'sources',
  doc: 'Reads text, Markdown, HTML, PDF, Word, EPUB, CSV, JSONL and source code files of the workspace as documents. A table gives one document for each row. A very large text becomes several documents.',
  synonyms: ['pdf', 'csv', 'html', 'markdown', 'document', 'documents', 'loader'],
  inputs: {},
  outputs: { documents: { type: Documents, doc: 'The documents, sorted by path.' } },
  params: z.strictObject({
    paths: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Files',
        description: 'Files, folders or globs in the workspace, such as handbook/**/*.md.',
        control: 'files',
      } satisfies ParamMeta),
    recursive: z
      .boolean()
      .default(true)
      .meta({
        title: 'Subfolders',
        description: 'Also read folders inside the chosen folders.',
      } satisfies ParamMeta),
    extensions: z
      .array(z.enum(extensions))
      .min(1)
      .default([...texts])
      .meta({
        title: 'Kinds',
        description:
          'The kinds of files to read. Other matching files are skipped. code: source code.',
      } satisfies ParamMeta),
    encoding: z
      .enum(['utf-8', 'latin-1', 'utf-16le'])
      .default('utf-8')
      .meta({
        title: 'Encoding',
        description:
          'Encoding of the text files. If a file is not in this encoding, the run fails and names the file.',
        advanced: true,
      } satisfies ParamMeta),
    textColumns: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Text columns',
        description:
          'Columns of CSV and JSONL files that become the text. The others become metadata. Empty: all columns, one line each.',
        advanced: true,
      } satisfies ParamMeta),
    unreadable: z
      .enum(['stop', 'skip'])
      .default('stop')
      .meta({
        title: 'Unreadable files',
        description:
          'stop: the run fails and names the file. skip: the run continues, and the log names the file.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  when: {
    textColumns: { extensions: ['csv', 'jsonl'] },
  },
  summary: ({ paths }) => [['files', paths.length === 0 ? 'none chosen' : paths.join(', ')]],
  caching: 'pure',
  items: { over: { files: 'paths' }, batch: 16 },
  sources: ({ paths, recursive }) => [
    { kind: 'files', patterns: recursive ? paths : paths.map(withoutSubfolders), param: 'paths' },
  ],
  check: ({ paths }) =>
    paths.length > 0 ? [] : [{ param: 'paths', message: 'Choose files, a folder or a glob.' }],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});

/** A path without an extension or a glob is a folder: files without an extension are unreadable. */
function withoutSubfolders(path: string): string {
  if (/[*?[{]/.test(path) || /\.[^./]+$/.test(path)) return path;
  const folder = path.replace(/\/+$/, '');
  return folder === '' || folder === '.' ? '*' : `${folder}/*`;
}
