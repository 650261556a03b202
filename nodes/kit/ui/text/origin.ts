import type { Span } from '@graft/graph';

/** Origin of a document: a web page, a row of a table, or a file. */
export interface Origin {
  readonly kind: 'page' | 'row' | 'file';
  /** Short form: `example.com/guide`, `shop.db · 3`, `notes/kilns.md · part 2`. */
  readonly where: string;
}

/** From its id, which begins with its path: `#n` marks a further part, `:key` a row. */
export function originOf({ id, path }: { readonly id: string; readonly path: string }): Origin {
  const rest = id.startsWith(path) ? id.slice(path.length) : '';
  if (rest.startsWith(':')) return { kind: 'row', where: `${path} · ${rest.slice(1)}` };
  const part = /^#(\d+)$/.exec(rest)?.[1];
  const further = part === undefined ? '' : ` · part ${Number(part) + 1}`;
  if (!/^https?:\/\//.test(path) || !URL.canParse(path)) {
    return { kind: 'file', where: path + further };
  }
  const { host, pathname, search } = new URL(path);
  const below = pathname === '/' && search === '' ? '' : `${readable(pathname)}${search}`;
  return { kind: 'page', where: `${host.replace(/^www\./, '')}${below}${further}` };
}

/** `notes/kilns.md · lines 12–19`, `example.com/guide · line 3`. */
export function placeLabel({ documentId, path, firstLine, lastLine }: Span): string {
  const lines = firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine}–${lastLine}`;
  return `${originOf({ id: documentId, path }).where} · ${lines}`;
}

/** The same, after the title unless it is a file: an address or a key says little about the content. */
export function spanLabel(span: Span): string {
  const { documentId: id, path, title } = span;
  const says = originOf({ id, path }).kind !== 'file' && title !== '' && title !== path;
  return says ? `${title} · ${placeLabel(span)}` : placeLabel(span);
}

/** Decoded for people, except where it would read as another address. */
function readable(pathname: string): string {
  try {
    const text = decodeURIComponent(pathname);
    return /[\s\p{C}?#%\\]/u.test(text) ? pathname : text;
  } catch {
    return pathname;
  }
}
