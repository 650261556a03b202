import { GraphError } from '@graft/graph';

/** Bytes of a page to search for its encoding, as browsers do. */
const searched = 1024;

/**
 * The text of a page: by its byte order mark, else the header, else its head, else UTF-8, or windows-1252 if that is
 * invalid (HTML standard, 13.2.3). Throws `bad-encoding` for an unknown encoding, and for a stated one that the bytes
 * contradict.
 */
export function decodePage(body: Uint8Array, type: string, url: string): string {
  const stated =
    markOf(body) ?? /charset\s*=\s*["']?([^\s"';]+)/i.exec(type)?.[1] ?? statedInHead(body);
  if (stated !== undefined) return decode(body, stated, url);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return new TextDecoder('windows-1252').decode(body);
  }
}

/** The encoding in the first bytes. A readable statement of UTF-16 contradicts itself: ignores it. */
function statedInHead(body: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1')
    .decode(body.subarray(0, searched))
    .replace(/<!--.*?-->/gs, '');
  const stated =
    /<meta\s[^>]{0,400}?charset\s*=\s*["']?([^\s"'>/;]+)/i.exec(head)?.[1] ??
    /^<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([^"']+)/i.exec(head)?.[1];
  return stated === undefined || /^utf-16/.test(nameOf(stated) ?? '') ? undefined : stated;
}

/** The name of an encoding, by one of its labels; undefined if unknown. */
function nameOf(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

function markOf([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xff && second === 0xfe ? 'utf-16le' : undefined;
}

function decode(body: Uint8Array, stated: string, url: string): string {
  const label = stated.slice(0, 40);
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(label, { fatal: true });
  } catch {
    throw new GraphError(
      'bad-encoding',
      `${url} declares the unknown encoding "${label}". Remove the page.`,
    );
  }
  try {
    return decoder.decode(body);
  } catch {
    throw new GraphError(
      'bad-encoding',
      `${url} declares the encoding ${label}, but its bytes do not fit it. Remove the page.`,
    );
  }
}
