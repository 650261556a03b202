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
import { KeptLooks, type Look, lookSchema } from './kept-looks.ts';
import { pageText } from './page-text.ts';

const snapshotSchema = lookSchema.extend({
  mediaType: z.string(),
  title: z.string(),
  text: z.string(),
  metadata: metadataSchema,
});
/** A page as it was when it was looked at. */
export type Snapshot = z.infer<typeof snapshotSchema>;

const htmlTypes = new Set(['', 'text/html', 'application/xhtml+xml']);

type Asking = Omit<WebRequest, 'signal' | 'known'>;

/** What is made of an address as it is now, or what is known of it where that still stands. Throws for any answer but success. */
export async function lookAt<Value extends Look>(
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

/** Pages as they were last looked at. */
export function keptPages(
  ctx: RunContext,
  { content, ...asking }: Asking & { readonly content: 'main' | 'all' },
): Promise<KeptLooks<Snapshot>> {
  return KeptLooks.open(ctx, 'pages', {
    schema: snapshotSchema,
    look: (url, known) =>
      lookAt(ctx, { ...asking, url, known }, (reply) => pageSnapshot(reply, content)),
  });
}

/** The main text of a page, or all of it. Throws for what is neither HTML nor plain text, or no text of its encoding. */
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
