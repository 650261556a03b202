/**
 * Canonical form of an address: without trailing slashes, and without the path of a single request. Undefined if it is
 * invalid, or contains a name, password or query, which do not belong in a graph.
 */
export function remoteAddress(text: string): string | undefined {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(trimmed);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (`${username}${password}${search}${hash}` !== '') return undefined;
  return origin + pathname.replace(/\/(chat\/completions)?\/*$/, '').replace(/\/+$/, '');
}
