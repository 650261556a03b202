interface Room {
  /** Pixels of a line. */
  readonly width: number;
  /** Lines that there is room for, at least one; absent: as many as it takes, and a word that is too long for one is broken. */
  readonly rows?: number;
}

/** Where a line may end: behind a space or a hyphen. */
const parts = /[^\s-]*-+|[^\s-]+|\s+/g;

/**
 * Words in lines, as the browser breaks them: at spaces and behind hyphens. Where there is room for a few, a word that is too
 * long for a line, and what would stand below the last, end in an ellipsis.
 */
export function titleLines(
  context: Pick<CanvasRenderingContext2D, 'measureText'>,
  title: string,
  { width, rows }: Room,
): string[] {
  const fits = (text: string): boolean => context.measureText(text).width <= width;
  const lines: string[] = [];
  let line = '';
  for (const [part] of title.trim().matchAll(parts)) {
    if (line !== '' && !fits((line + part).trimEnd())) {
      lines.push(line.trimEnd());
      line = '';
    }
    line = (line + part).trimStart();
    while (rows === undefined && !fits(line) && line.length > 1) {
      let end = line.length - 1;
      while (end > 1 && !fits(line.slice(0, end))) end -= 1;
      lines.push(line.slice(0, end));
      line = line.slice(end);
    }
  }
  lines.push(line);
  if (rows === undefined) return lines;
  const shown = lines.slice(0, rows);
  return shown.map((text, at) => {
    const isCut = at === rows - 1 && lines.length > rows;
    return !isCut && fits(text) ? text : ended(text, fits);
  });
}

/** As much of a text as fits before an ellipsis. */
function ended(text: string, fits: (text: string) => boolean): string {
  let end = text.length;
  while (end > 1 && !fits(`${text.slice(0, end).trimEnd()}…`)) end -= 1;
  return `${text.slice(0, end).trimEnd()}…`;
}
