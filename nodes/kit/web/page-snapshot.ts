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
import { pageText } from './page-text.ts';

export const snapshotSchema = z.object({
  /** Where it came from in the end. */
  url: z.string(),
  mediaType: z.string(),
  title: z.string(),
  text: z.string(),
  metadata: metadataSchema,
});
/** A page as it was when it was looked at. */
export type Snapshot = z.infer<typeof snapshotSchema>;

const htmlTypes = new Set(['', 'text/html', 'application/xhtml+xml']);

/** What stands at an address now. Throws for any answer but success. */
export async function lookAt(
  ctx: RunContext,
  url: string,
  request: Omit<WebRequest, 'signal'>,
): Promise<WebReply> {
  const reply = await ctx.web.get(url, { ...request, signal: ctx.signal });
  if (reply.status >= 200 && reply.status < 300) return reply;
  throw new GraphError(
    'unavailable',
    `${url} answers ${reply.status}. Check the address, or leave the page out.`,
  );
}

/** The main text of a page, or all of it. Throws for what is neither HTML nor plain text, or no text of its encoding. */
export async function pageSnapshot(
  { url, type, body }: WebReply,
  content: 'main' | 'all',
): Promise<Snapshot> {
  const mediaType = type.replace(/;.*$/s, '').trim().toLowerCase();
  const isHtml = htmlTypes.has(mediaType);
  if (!isHtml && mediaType !== 'text/plain' && mediaType !== 'text/markdown') {
    throw new GraphError(
      'bad-input',
      `${url} is no page that can be read: it is ${mediaType.slice(0, 80)}. HTML and plain text are.`,
    );
  }
  const decoded = decodePage(body, type, url);
  const { title, text, facts } = isHtml
    ? await pageText(decoded, content)
    : { title: '', text: decoded, facts: {} };
  const { metadata } = factsOf(Object.entries(facts));
  return { url, mediaType: isHtml ? 'text/html' : mediaType, title, text, metadata };
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
