/** A text whose lines, but the last, end without spaces and tabs; line by line, so that long runs cost their length. */
export function withoutSpacesAtLineEnds(text: string): string {
  const lines = text.split('\n');
  return lines.map((line, at) => (at < lines.length - 1 ? withoutEnd(line) : line)).join('\n');
}

function withoutEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1;
  return line.slice(0, end);
}
