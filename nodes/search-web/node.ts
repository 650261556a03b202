import { defineNode, Documents, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';
import {
  contentParam,
  pauseParam,
  refreshed,
  refreshParam,
  revisionParam,
  timeoutParam,
} from '../kit/web/definition.ts';

export const searchWeb = defineNode({
  type: 'search-web',
  version: 1,
  implementation: 3,
  title: 'Web search',
  group: 'sources',
  doc: 'Sends each question to a search engine (SearXNG or compatible) and reads the pages it finds as documents. Use it for events after a model’s training.',
  synonyms: ['internet', 'google', 'tavily', 'browse'],
  inputs: { questions: { type: Questions, doc: 'Questions to send to the search engine.' } },
  outputs: {
    documents: {
      type: Documents,
      doc: 'Each page once, question by question.',
    },
  },
  params: z.strictObject({
    url: z
      .string()
      .default('http://127.0.0.1:8888')
      .meta({
        title: 'Address',
        description:
          'Address of a SearXNG that answers in JSON. Servers on this computer are always allowed. Allow others in the settings, under Keys and servers.',
      } satisfies ParamMeta),
    top: z
      .int()
      .min(1)
      .max(20)
      .default(3)
      .meta({
        title: 'Top',
        unit: 'pages',
        description: 'Pages to read for each question.',
      } satisfies ParamMeta),
    refresh: refreshParam(24, {
      title: 'Search again after',
      description: 'Results older than this are searched for again. 0: never.',
    }),
    revision: revisionParam('searches'),
    language: z
      .string()
      .default('')
      .meta({
        title: 'Language',
        description:
          'Language of the results, such as en or de. Empty: the search engine’s own setting.',
        advanced: true,
      } satisfies ParamMeta),
    age: z
      .enum(['any', 'day', 'week', 'month', 'year'])
      .default('any')
      .meta({
        title: 'Age',
        description: 'How old a result may be, if the search engine knows its age.',
        advanced: true,
      } satisfies ParamMeta),
    content: contentParam,
    timeout: timeoutParam(
      { seconds: 30, most: 600 },
      'How long a search, or a page, may take in all.',
    ),
    pause: pauseParam,
  }),
  summary: ({ url, top }) => [
    ['at', searchAddress(url)?.replace(/^https?:\/\//, '') ?? 'no address yet'],
    ['pages', `${top} a question`],
  ],
  caching: 'pure',
  sources: refreshed,
  reaches({ url: given }) {
    const url = searchAddress(given);
    return url === undefined ? [] : [{ url, asks: true, param: 'url' }];
  },
  check: ({ url }) =>
    searchAddress(url) === undefined
      ? [
          {
            param: 'url',
            message:
              'Use an address such as http://127.0.0.1:8888, without user name, password or query string.',
          },
        ]
      : [],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'web',
  migrations: [],
});

/**
 * The address of a search engine, without the path of its answers; undefined if it is not http or https, or contains a
 * name, a password or a query.
 */
export function searchAddress(text: string): string | undefined {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(trimmed);
  if (!/^https?:$/.test(protocol) || `${username}${password}${search}${hash}` !== '') {
    return undefined;
  }
  return origin + pathname.replace(/\/+$/, '').replace(/\/search$/, '');
}
