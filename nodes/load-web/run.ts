import { type Document, GraphError, implement, type ParamsOf, type RunContext } from '@graft/graph';
import { pageDocuments } from '../kit/web/page-snapshot.ts';
import { loadWeb } from './node.ts';
import { pageAddress } from '../kit/web/definition.ts';
import { type ListedPage, longestAddress } from './read-sitemap.ts';
import { WebSnapshots } from './web-snapshots.ts';

type Params = ParamsOf<typeof loadWeb>;

/** Hosts asked at once; each gets one request after another. */
const mostHosts = 8;
/** Most sitemaps, including those that others list. */
const mostSitemaps = 200;

export const run = implement(loadWeb, async (ctx, _inputs, params) => {
  const snapshots = await WebSnapshots.open(ctx, params);
  const pages = await listedPages(ctx, params, snapshots);
  const read = await lookAtAll(ctx, pages, { snapshots, params });
  return { documents: documentsOf(ctx, read, snapshots) };
});

/** The pages of both lists, without repetitions. */
async function listedPages(
  ctx: RunContext,
  { pages, sitemaps, under, limit }: Params,
  snapshots: WebSnapshots,
): Promise<ListedPage[]> {
  const named = new Map<string, ListedPage>();
  for (const url of pages.flatMap((page) => pageAddress(page) ?? [])) {
    named.set(url, { url, changed: '' });
  }
  const own = named.size;
  const starts = under.flatMap((start) => pageAddress(start) ?? []);
  const maps = new Set(sitemaps.flatMap((sitemap) => pageAddress(sitemap) ?? []));
  const mostMaps = Math.max(maps.size, mostSitemaps);
  let left = 0;
  let leftMaps = 0;
  let long = 0;
  // Iterating a Set reaches entries added meanwhile.
  for (const map of maps) {
    ctx.signal.throwIfAborted();
    const found = await snapshots.sitemap(map);
    long += found.long;
    for (const nested of found.maps) {
      if (maps.size < mostMaps) maps.add(nested);
      else if (!maps.has(nested)) leftMaps += 1;
    }
    for (const page of found.pages) {
      if (under.length > 0 && !starts.some((start) => page.url.startsWith(start))) continue;
      if (named.has(page.url)) continue;
      if (named.size - own < limit) named.set(page.url, page);
      else left += 1;
    }
    if (left > 0) break;
  }
  if (long > 0) {
    ctx.log(
      'warning',
      `Skipped ${long} addresses of more than ${longestAddress} characters in the sitemaps.`,
    );
  }
  if (left > 0) {
    ctx.log(
      'warning',
      `The sitemaps list more than ${limit} pages. Graft reads only these. Raise the limit for more.`,
    );
  } else if (leftMaps > 0) {
    ctx.log(
      'warning',
      `The sitemaps lead to more than ${mostMaps} others. Graft reads only these. List the sitemaps you need under Sitemaps.`,
    );
  }
  return [...named.values()];
}

/** Fetches due pages, host by host, and returns the readable ones. */
async function lookAtAll(
  ctx: RunContext,
  pages: readonly ListedPage[],
  { snapshots, params }: { readonly snapshots: WebSnapshots; readonly params: Params },
): Promise<ListedPage[]> {
  const failures = new Map<ListedPage, GraphError>();
  const reported = new Set<string>();
  let done = 0;
  let stopped = false;
  const lookAt = async (page: ListedPage): Promise<void> => {
    try {
      await snapshots.fetch(page);
    } catch (error) {
      if (!(error instanceof GraphError) || params.unreadable === 'stop') throw error;
      ctx.signal.throwIfAborted();
      failures.set(page, error);
      // Warns of a site once, not for each of its pages.
      if (!reported.has(error.message)) ctx.log('warning', error.message, page.url);
      reported.add(error.message);
    }
    done += 1;
    ctx.progress({ done, total: pages.length, unit: 'pages', message: page.url });
  };
  const hosts = [...groupedByHost(pages).values()];
  const workers = Array.from({ length: Math.min(mostHosts, hosts.length) }, async () => {
    for (let host = hosts.shift(); host !== undefined; host = hosts.shift()) {
      for (const page of host) {
        if (stopped) return;
        ctx.signal.throwIfAborted();
        await lookAt(page);
      }
    }
  });
  try {
    await Promise.all(workers);
  } catch (error) {
    // Keeps what the others are reading before the step ends.
    stopped = true;
    await Promise.allSettled(workers);
    throw error;
  }
  const [first] = failures.values();
  if (first !== undefined && failures.size === pages.length) throw first;
  return pages.filter((page) => !failures.has(page));
}

function groupedByHost(pages: readonly ListedPage[]): Map<string, ListedPage[]> {
  const hosts = new Map<string, ListedPage[]>();
  for (const page of pages) {
    const { host } = new URL(page.url);
    const known = hosts.get(host);
    if (known === undefined) hosts.set(host, [page]);
    else known.push(page);
  }
  return hosts;
}

async function* documentsOf(
  ctx: RunContext,
  pages: readonly ListedPage[],
  snapshots: WebSnapshots,
): AsyncGenerator<Document> {
  // Several addresses may lead to one page.
  const seen = new Set<string>();
  let rows = 0;
  for (const page of pages) {
    const snapshot = await snapshots.page(page);
    if (seen.has(snapshot.url)) continue;
    seen.add(snapshot.url);
    if (snapshot.text.trim() === '') {
      ctx.log(
        'warning',
        `${page.url} has no text. Graft does not run the scripts of a page.`,
        page.url,
      );
      continue;
    }
    const { url: id, changed } = page;
    const listed = changed === '' ? {} : { changed };
    for await (const document of pageDocuments(snapshot, { id, metadata: listed })) {
      rows += 1;
      yield document;
    }
  }
  if (rows > 0) return;
  throw new GraphError(
    'bad-input',
    pages.length === 0
      ? 'The sitemaps list no page that Graft may read. It reads only pages on the sitemap’s own host, and under "Only under".'
      : 'None of the pages has readable text.',
    { location: { node: ctx.node, param: pages.length === 0 ? 'sitemaps' : 'pages' } },
  );
}
