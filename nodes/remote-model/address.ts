/**
 * An address as requests are made of it, so that equal ones are equal: without slashes at its end, and without the path of
 * one request. Undefined for what is none, or holds what does not belong into a graph: a name, a password or a query.
 */
export function remoteAddress(text: string): string | undefined {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(trimmed);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (`${username}${password}${search}${hash}` !== '') return undefined;
  return origin + pathname.replace(/\/(chat\/completions)?\/*$/, '').replace(/\/+$/, '');
}
