import { defineNode, Documents, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';
import { searchAddress } from './search-address.ts';

export const searchWeb = defineNode({
  type: 'search-web',
  version: 1,
  implementation: 1,
  title: 'Web search',
  group: 'sources',
  doc: 'Asks a search engine, SearXNG or one like it, each question, and reads the pages that it finds as documents: for what happened after a model was trained.',
  inputs: { questions: { type: Questions, doc: 'What is searched for.' } },
  outputs: {
    documents: {
      type: Documents,
      doc: 'The pages that were found, question by question, each once.',
    },
  },
  params: z.strictObject({
    url: z
      .string()
      .default('http://127.0.0.1:8888')
      .meta({
        title: 'Address',
        description:
          'Of a SearXNG that answers in JSON. This machine may always be asked; the operator allows others in GRAFT_ENDPOINTS.',
      } satisfies ParamMeta),
    top: z
      .int()
      .min(1)
      .max(20)
      .default(3)
      .meta({
        title: 'Top',
        unit: 'pages',
        description: 'Of each question that are read.',
      } satisfies ParamMeta),
    refresh: z
      .int()
      .min(0)
      .max(8760)
      .default(24)
      .meta({
        title: 'Search again after',
        unit: 'hours',
        description: '0: never; what was found stays.',
      } satisfies ParamMeta),
    revision: z
      .string()
      .default('')
      .meta({
        title: 'Revision',
        description: 'Anything, for instance a date. A new one searches anew.',
        advanced: true,
      } satisfies ParamMeta),
    language: z
      .string()
      .default('')
      .meta({
        title: 'Language',
        description: 'Of the results, such as en or de. Empty: as the search engine has it.',
        advanced: true,
      } satisfies ParamMeta),
    age: z
      .enum(['any', 'day', 'week', 'month', 'year'])
      .default('any')
      .meta({
        title: 'Age',
        description: 'How old a result may be, where the search engine knows.',
        advanced: true,
      } satisfies ParamMeta),
    content: z
      .enum(['main', 'all'])
      .default('main')
      .meta({
        title: 'Content',
        description:
          'main: the text that a page is about, without menus and margins. all: everything.',
        advanced: true,
      } satisfies ParamMeta),
    timeout: z
      .int()
      .min(1)
      .max(600)
      .default(30)
      .meta({
        title: 'Timeout',
        unit: 'seconds',
        description: 'That a search, or a page, may take in all.',
        advanced: true,
        affectsResult: false,
      } satisfies ParamMeta),
    pause: z
      .number()
      .min(0)
      .max(60)
      .default(1)
      .meta({
        title: 'Pause',
        unit: 'seconds',
        description: 'Between two requests to one host.',
        advanced: true,
        affectsResult: false,
      } satisfies ParamMeta),
  }),
  summary: ({ url, top }) => [
    ['at', searchAddress(url)?.replace(/^https?:\/\//, '') ?? 'no address yet'],
    ['pages', `${top} a question`],
  ],
  caching: 'pure',
  sources: ({ refresh }) =>
    refresh === 0 ? [] : [{ kind: 'clock', hours: refresh, param: 'refresh' }],
  check: ({ url }) =>
    searchAddress(url) === undefined
      ? [
          {
            param: 'url',
            message:
              'Give an address such as http://127.0.0.1:8888, without name, password or query.',
          },
        ]
      : [],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
