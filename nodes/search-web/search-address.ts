/**
 * The address of a search, without a path of its answers; undefined for what is no address of http or https, or holds more
 * than one: a name, a password or a query.
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
