/** Functions that read or change something other than tables, or run SQL from a text. */
const outside =
  /^(pragma_\w*|load_extension|readfile|writefile|fsdir|edit|fts3_tokenizer|pg_(read|ls|stat_file|file|terminate|cancel|reload|rotate|notify|promote|switch|create|drop|logical|replication|advisory|try_advisory|backup|start_backup|stop_backup|import)\w*|lo_\w*|dblink\w*|set_config|setval|nextval|(query|cursor|table|schema|database)_to_xml\w*|ts_stat|crosstab\w*|connectby)$/i;
const reading = new Set(['select', 'with', 'values']);

/** One token at the current position: space and comments, texts, names, and any other sign. */
const token =
  /(?<escaped>[uU]&["'])|(?<space>\s+|--[^\n\r]*|\/\*(?<comment>[^]*?)\*\/)|(?<text>[eE]'(?:[^'\\]|''|\\[^])*'|'(?:[^']|'')*'|\$(?<tag>(?:[a-zA-Z_]\w*)?)\$[^]*?\$\k<tag>\$)|(?<name>"(?:[^"]|"")*"|`[^`]*`|[\p{L}_][\p{L}\p{N}_$]*)|(?<open>\/\*|['"`]|\$(?:[a-zA-Z_]\w*)?\$)|(?<sign>[^])/uy;

/**
 * Why a text is not a single reading statement, as far as the text alone shows; undefined: it may be. Databases are
 * opened so that they refuse the same and more; this reports it early and plainly, and covers what they would allow.
 */
export function queryFault(text: string): string | undefined {
  if (text.includes('\0')) return 'The query contains a zero character. Remove it.';
  let first: string | undefined;
  let name = '';
  let ended = false;
  /** Position of the last opening bracket: SQLite also reads bracketed text as a name. */
  let bracket = 0;
  for (const { groups, index } of text.matchAll(new RegExp(token, 'guy'))) {
    if (groups?.['escaped'] !== undefined)
      return 'The query uses a U& escape. Write the name or text in plain letters.';
    if (groups?.['comment']?.includes('/*') === true)
      return 'The query has a comment inside a comment. Remove the inner comment.';
    if (groups?.['open'] !== undefined)
      return 'The query has a quote or comment that is not closed.';
    if (groups === undefined || groups['space'] !== undefined) continue;
    const { sign } = groups;
    if (ended && sign !== ';') return 'There is more than one statement. Write a single query.';
    if (sign === ';') ended = first !== undefined;
    if (sign === '(' && outside.test(name)) {
      return `The query calls ${name}, which does more than read tables. Remove the call.`;
    }
    if (sign === '[') bracket = index + 1;
    name = (groups['name'] ?? '').replace(/^["`]|["`]$/g, '');
    if (sign === ']') name = text.slice(bracket, index).trim();
    if (name.toLowerCase().startsWith('pragma_')) {
      return `The query reads ${name}, which is not a table. Remove it.`;
    }
    if (first !== undefined || sign === '(' || sign === ';') continue;
    first = name;
    if (!reading.has(first.toLowerCase())) {
      const begin = first === '' ? 'like this' : `with ${first.toUpperCase().slice(0, 40)}`;
      return `Graft does not run a query that begins ${begin}. Begin it with SELECT, WITH or VALUES.`;
    }
  }
  return first === undefined ? 'Write a query, such as select id, text from articles.' : undefined;
}
