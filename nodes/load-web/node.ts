import { defineNode, Documents, type ParamMeta } from '@graft/graph';
import { z } from 'zod';
import {
  contentParam,
  pageAddress,
  pauseParam,
  refreshed,
  refreshParam,
  revisionParam,
  timeoutParam,
} from '../kit/web/definition.ts';

export const loadWeb = defineNode({
  type: 'load-web',
  version: 1,
  implementation: 3,
  title: 'Web pages',
  group: 'sources',
  doc: 'Reads web pages as documents, by address or from sitemaps: the main text of each page, as last fetched.',
  synonyms: ['url', 'website', 'crawl', 'scrape', 'page'],
  inputs: {},
  outputs: {
    documents: { type: Documents, doc: 'Each page once, in the order of the lists.' },
  },
  params: z.strictObject({
    pages: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Pages',
        description: 'Addresses of pages, such as https://example.com/guide.',
      } satisfies ParamMeta),
    sitemaps: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Sitemaps',
        description: 'Addresses of sitemaps, usually https://example.com/sitemap.xml.',
      } satisfies ParamMeta),
    under: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Only under',
        description: 'Read only sitemap pages whose address begins with one of these. Empty: all.',
        advanced: true,
      } satisfies ParamMeta),
    limit: z
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .meta({
        title: 'Limit',
        unit: 'pages',
        description: 'Reads at most this many pages of the sitemaps, in their order.',
      } satisfies ParamMeta),
    refresh: refreshParam(0, {
      title: 'Fetch again after',
      description: 'The age at which pages are fetched again. 0: never.',
    }),
    revision: revisionParam('fetches every page'),
    content: contentParam,
    unreadable: z
      .enum(['stop', 'skip'])
      .default('stop')
      .meta({
        title: 'Unreadable pages',
        description:
          'stop: the run fails and names the page. skip: the run continues, and the log names the page.',
        advanced: true,
      } satisfies ParamMeta),
    largest: z
      .int()
      .min(1)
      .max(64)
      .default(8)
      .meta({
        title: 'Largest',
        unit: 'MiB',
        description: 'The largest page, after decompression.',
        advanced: true,
      } satisfies ParamMeta),
    timeout: timeoutParam({ seconds: 30, most: 600 }, 'How long a page may take in all.'),
    pause: pauseParam,
  }),
  summary: ({ pages, sitemaps, refresh }) => [
    ['pages', listOf(pages)],
    ...(sitemaps.length === 0 ? [] : [['sitemaps', listOf(sitemaps)] as const]),
    ['again', refresh === 0 ? 'never' : `after ${refresh} h`],
  ],
  caching: 'pure',
  sources: refreshed,
  reaches: ({ pages, sitemaps }) =>
    Object.entries({ pages, sitemaps }).flatMap(([param, addresses]) =>
      addresses.flatMap((address) => {
        const url = pageAddress(address);
        return url === undefined ? [] : [{ url, asks: false, param }];
      }),
    ),
  check({ pages, sitemaps, under }) {
    if (pages.length + sitemaps.length === 0) {
      return [
        { param: 'pages', message: 'No address is set. Add addresses of pages, or of a sitemap.' },
      ];
    }
    return Object.entries({ pages, sitemaps, under }).flatMap(([param, addresses]) =>
      addresses
        .filter((address) => pageAddress(address) === undefined)
        .map((address) => ({
          param,
          message: `"${address.slice(0, 200)}" is not a web address. It must begin with https:// or http://, without name and password.`,
        })),
    );
  },
  device: { needs: 'cpu', affectsResult: false },
  lane: 'web',
  migrations: [],
});

function listOf(addresses: readonly string[]): string {
  if (addresses.length === 0) return 'none';
  return addresses.map((address) => address.replace(/^https?:\/\//, '')).join(', ');
}
