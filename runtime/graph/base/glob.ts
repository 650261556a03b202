/**
 * A glob as a regular expression: `*` and `?` stay within a folder, `**` crosses folders, `{a,b}` and
 * `[a-z]` choose; a folder's name, with or without the final slash, means everything below it.
 */
export function globPattern(glob: string): string {
  let pattern = '';
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const character = glob.charAt(at);
    if (glob.startsWith('**/', at)) {
      pattern += '(?:.*/)?';
      at += 2;
    } else if (glob.startsWith('**', at)) {
      pattern += '.*';
      at += 1;
    } else if (character === '*') pattern += '[^/]*';
    else if (character === '?') pattern += '[^/]';
    else if (character === '{' && glob.includes('}', at)) {
      pattern += '(?:';
      depth++;
    } else if (character === '}' && depth > 0) {
      pattern += ')';
      depth--;
    } else if (character === ',' && depth > 0) pattern += '|';
    else if (character === '[' && glob.indexOf(']', at + 2) > 0) {
      const end = glob.indexOf(']', at + 2);
      const inside = glob.slice(at + 1, end).replace(/[\\[\]&~]/g, '\\$&');
      pattern += `[${inside.startsWith('!') ? `^${inside.slice(1)}` : inside}]`;
      at = end;
    } else pattern += character.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  }
  if (glob.endsWith('/')) return `${pattern}.*`;
  return `${pattern}(?:/.*)?`;
}
