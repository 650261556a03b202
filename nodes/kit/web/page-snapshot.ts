import {
  type Document,
  GraphError,
  type Metadata,
  metadataSchema,
  type RunContext,
  type WebReply,
  type WebRequest,
} from '@graft/graph';
import { z } from 'zod';
import { factsOf } from '../text/facts.ts';
import { shortTitle } from '../text/markdown-headings.ts';
import { splitParts } from '../text/split-parts.ts';
import { decodePage } from './decode-page.ts';
import { WebMemo, type WebValue, webValueSchema } from './web-memo.ts';
import { pageText } from './page-text.ts';

const snapshotSchema = webValueSchema.extend({
  mediaType: z.string(),
  title: z.string(),
  text: z.string(),
  metadata: metadataSchema,
});
/** A page as it was when Graft fetched it. */
export type Snapshot = z.infer<typeof snapshotSchema>;

const htmlTypes = new Set(['', 'text/html', 'application/xhtml+xml']);

type Asking = Omit<WebRequest, 'signal' | 'known'>;

/** Fetches an address and makes a value of the reply; returns `known` if the server confirms it. Throws for any status but success. */
export async function fetchValue<Value extends WebValue>(
  ctx: RunContext,
  { url, known, ...asking }: Asking & { readonly url: string; readonly known: Value | undefined },
  make: (reply: WebReply) => Promise<Value>,
): Promise<Value> {
  const validators = known?.validators;
  const reply = await ctx.web.get(url, {
    ...{ ...asking, signal: ctx.signal },
    ...(known === undefined || validators === undefined
      ? {}
      : { known: { url: known.url, validators } }),
  });
  if (reply.status >= 200 && reply.status < 300) return make(reply);
  if (reply.status === 304 && known !== undefined && validators !== undefined) return known;
  throw new GraphError('unavailable', `${url} answered ${reply.status}. ${remedy(reply.status)}`);
}

function remedy(status: number): string {
  return status >= 500
    ? 'The site has a fault. Run again later (Graft keeps the pages it has read), or remove the page.'
    : 'Check the address, or remove the page.';
}

/** The pages that Graft has fetched. */
export function keptPages(
  ctx: RunContext,
  { content, ...asking }: Asking & { readonly content: 'main' | 'all' },
): Promise<WebMemo<Snapshot>> {
  return WebMemo.open(ctx, 'pages', {
    schema: snapshotSchema,
    fetch: (url, known) =>
      fetchValue(ctx, { ...asking, url, known }, (reply) => pageSnapshot(reply, content)),
  });
}

/** Extracts a page's main text, or all of it. Throws if the page is neither HTML nor plain text, or does not match its encoding. */
async function pageSnapshot(
  { url, type, body, validators }: WebReply,
  content: 'main' | 'all',
): Promise<Snapshot> {
  const mediaType = type.replace(/;.*$/s, '').trim().toLowerCase();
  const isHtml = htmlTypes.has(mediaType);
  if (!isHtml && mediaType !== 'text/plain' && mediaType !== 'text/markdown') {
    throw new GraphError(
      'bad-input',
      `${url} is ${mediaType.slice(0, 80)}, but Graft reads only HTML and plain text. Remove the page.`,
    );
  }
  const decoded = decodePage(body, type, url);
  const { title, text, facts } = isHtml
    ? await pageText(decoded, content)
    : { title: '', text: decoded, facts: {} };
  const { metadata } = factsOf(Object.entries(facts));
  return {
    ...{ url, mediaType: isHtml ? 'text/html' : mediaType, title, text, metadata },
    ...(validators === undefined ? {} : { validators }),
  };
}

/** A page as documents: part 0 has `id`, part n `id#n`. */
export async function* pageDocuments(
  { url: path, mediaType, title, text, metadata: own }: Snapshot,
  { id, metadata }: { readonly id: string; readonly metadata: Metadata },
): AsyncGenerator<Document> {
  for await (const part of splitParts([text])) {
    yield {
      id: part.number === 0 ? id : `${id}#${part.number}`,
      ...{ path, mediaType, title: shortTitle(title === '' ? id : title) },
      ...{ text: part.text, offset: part.offset, line: part.line },
      metadata: { ...own, ...metadata },
    };
  }
}
