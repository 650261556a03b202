/**
 * The one form of a page's address, without what points into the page; undefined for what is no address of http or https,
 * or holds a name or password.
 */
export function pageAddress(text: string): string | undefined {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return undefined;
  const url = new URL(trimmed);
  if (!/^https?:$/.test(url.protocol) || `${url.username}${url.password}` !== '') return undefined;
  url.hash = '';
  return url.href;
}
