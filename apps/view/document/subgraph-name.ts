/**
 * What a subgraph is called that a person named in their own words: its id, of letters, digits and "-", and the title of its
 * node where that is another text. An empty name is `subgraph`.
 */
export function subgraphName(text: string): { readonly name: string; readonly title?: string } {
  const title = text.trim();
  const name = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 60)
    .toLowerCase();
  if (name === '') return title === '' ? { name: 'subgraph' } : { name: 'subgraph', title };
  return name === title ? { name } : { name, title };
}
