/**
 * The address of a search engine, without the path of its answers; undefined if it is not http or https, or contains a
 * name, a password or a query.
 */
export function searchAddress(text: string): string | undefined {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(trimmed);
  if (!/^https?:$/.test(protocol) || `${username}${password}${search}${hash}` !== '') {
    return undefined;
  }
  return origin + pathname.replace(/\/+$/, '').replace(/\/search$/, '');
}
