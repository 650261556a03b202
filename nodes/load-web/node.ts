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
  doc: 'Reads web pages, and those that sitemaps list, as documents: the main text of each, as it was when it was last fetched.',
  synonyms: ['url', 'website', 'crawl', 'scrape', 'page'],
  inputs: {},
  outputs: {
    documents: { type: Documents, doc: 'The pages, in the order of the lists, each once.' },
  },
  params: z.strictObject({
    pages: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Pages',
        description: 'Addresses, such as https://example.com/guide.',
      } satisfies ParamMeta),
    sitemaps: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Sitemaps',
        description: 'Addresses of lists of pages, usually https://example.com/sitemap.xml.',
      } satisfies ParamMeta),
    under: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Only under',
        description:
          'Of the pages in sitemaps, only those whose address begins with one of these. Empty for all.',
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
        description: 'The most pages that are read from sitemaps, from the first.',
      } satisfies ParamMeta),
    refresh: refreshParam(0, {
      title: 'Look again after',
      description: '0 for never: pages stay as they were when first read.',
    }),
    revision: revisionParam('looks at everything'),
    content: contentParam,
    unreadable: z
      .enum(['stop', 'skip'])
      .default('stop')
      .meta({
        title: 'Unreadable pages',
        description: 'stop: fail with the page’s address. skip: go on and report it.',
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
        description: 'The largest a page may be, unpacked.',
        advanced: true,
      } satisfies ParamMeta),
    timeout: timeoutParam({ seconds: 30, most: 600 }, 'That a page may take in all.'),
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
      return [{ param: 'pages', message: 'Give addresses of pages, or of a sitemap.' }];
    }
    return Object.entries({ pages, sitemaps, under }).flatMap(([param, addresses]) =>
      addresses
        .filter((address) => pageAddress(address) === undefined)
        .map((address) => ({
          param,
          message: `"${address.slice(0, 200)}" is not a web address. Give one that begins with https:// or http://, without name and password.`,
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
