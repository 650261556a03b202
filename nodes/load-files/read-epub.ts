import type { SourceFile } from '@graft/graph';
import { headingLine } from '../kit/text/plain-lines.ts';
import { readHtmlAsMarkdown } from '../kit/text/read-html.ts';
import { EpubContents, EpubPackage } from './epub-package.ts';
import type { ReadDocument } from './read-docx.ts';
import { ZipArchive, pathFrom } from './zip-archive.ts';

const kind = {
  name: 'an EPUB book',
  remedy: 'Download it again, or export it again from its source',
};

/** These only obfuscate fonts: the text is readable. */
const fontObfuscation: ReadonlySet<string> = new Set([
  'http://www.idpf.org/2008/embedding',
  'http://ns.adobe.com/pdf/enc#RC',
]);

/**
 * Reads a book (EPUB 2 and 3) in reading order; a page without a first-level heading gets its title from the table of
 * contents as one. Throws `damaged-file`, `encrypted-file` and `too-large`.
 */
export async function readEpub(file: SourceFile, signal: AbortSignal): Promise<ReadDocument> {
  const archive = await ZipArchive.open(file, kind);
  const path = await packagePath(archive);
  const book = new EpubPackage(path);
  if (!(await archive.xml(path, book))) throw archive.damaged('it has no package document');
  const locked = await encryptedParts(archive);
  const parts = new Set<string>();
  for (const page of book.pages()) {
    if (!archive.has(page)) throw archive.damaged(`it has no part ${page.slice(0, 200)}`);
    parts.add(page);
  }
  const titles = await pageTitles(archive, { contents: book.contents(), pages: parts });
  const pages: string[] = [];
  for (const page of parts) {
    signal.throwIfAborted();
    if (locked.has(page.toLowerCase())) {
      throw archive.encrypted('is copy-protected and opens only in its own reader');
    }
    const html = await archive.text(page);
    if (html === undefined) throw archive.damaged(`it has no part ${page.slice(0, 200)}`);
    const { text } = await readHtmlAsMarkdown(withoutEmptyElements(html));
    if (text !== '') pages.push(underTitle(text, titles.get(page)));
  }
  const { title = '', ...facts } = Object.fromEntries(book.facts);
  return { title, text: pages.join('\n\n'), facts };
}

/** A page with its title as the first heading, unless it has a first-level heading. */
function underTitle(text: string, title: string | undefined): string {
  const [whole = '', marks, own] = /^(#{1,6}) ([^\n]*)/.exec(text) ?? [];
  if (title === undefined || marks === '#') return text;
  const rest = own?.trim() === title ? text.slice(whole.length).trimStart() : text;
  return [headingLine(1, title), rest].filter((part) => part !== '').join('\n\n');
}

/** The package document that `META-INF/container.xml` names first. */
async function packagePath(archive: ZipArchive): Promise<string> {
  let found = '';
  await archive.xml('META-INF/container.xml', {
    open: (name, attributes) => {
      if (name === 'rootfile' && found === '') found = attributes.get('full-path') ?? '';
    },
  });
  if (found === '') throw archive.damaged('its container.xml names no package document');
  return found;
}

async function pageTitles(
  archive: ZipArchive,
  {
    contents,
    pages,
  }: { readonly contents: string | undefined; readonly pages: ReadonlySet<string> },
): Promise<ReadonlyMap<string, string>> {
  if (contents === undefined) return new Map();
  const handler = new EpubContents(contents, pages);
  await archive.xml(contents, handler);
  return handler.titles;
}

/** Names, in lower case, of the encrypted parts. */
async function encryptedParts(archive: ZipArchive): Promise<ReadonlySet<string>> {
  const parts = new Set<string>();
  let method = '';
  await archive.xml('META-INF/encryption.xml', {
    open: (name, attributes) => {
      if (name === 'EncryptedData') method = '';
      else if (name === 'EncryptionMethod' && method === '') {
        method = attributes.get('Algorithm') ?? '';
      } else if (name === 'CipherReference' && !fontObfuscation.has(method)) {
        parts.add(pathFrom('', attributes.get('URI') ?? '').toLowerCase());
      }
    },
  });
  return parts;
}

/** XHTML may self-close elements that HTML would leave open. */
function withoutEmptyElements(xhtml: string): string {
  return xhtml.replace(/<(?:script|style|title|iframe|textarea|noscript)\b[^<>]*\/>/gi, '');
}
