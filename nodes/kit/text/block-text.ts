/** Builds the text of a page: remembers breaks and writes them once text follows. */
export class BlockText {
  readonly #pieces: string[] = [];
  #pending = '';
  #blank = true;

  write(raw: string, preformatted: boolean): void {
    const text = preformatted ? raw : raw.replace(/[\s\u00a0]+/g, ' ');
    if (text.trim() === '') {
      if (text !== '' && this.#pending === '' && !this.#blank) this.#pending = ' ';
      return;
    }
    const joined = /^[ \t|]*$/.test(this.#pending);
    this.#pieces.push(
      this.#blank ? '' : this.#pending,
      joined && !this.#blank ? text : text.trimStart(),
    );
    this.#pending = '';
    this.#blank = false;
  }
  cell(): void {
    if (!this.#pending.includes('\n')) this.#pending = ' | ';
  }
  line(): void {
    if (!this.#pending.includes('\n')) this.#pending = '\n';
  }
  apart(): void {
    this.#pending = '\n\n';
  }
  text(): string {
    return withoutSpacesAtLineEnds(this.#pieces.join('')).trim();
  }
}

/**
 * Removes spaces and tabs from the ends of all lines but the last. Works line by line, so that long runs cost only
 * their length.
 */
export function withoutSpacesAtLineEnds(text: string): string {
  const lines = text.split('\n');
  return lines.map((line, at) => (at < lines.length - 1 ? withoutEnd(line) : line)).join('\n');
}

function withoutEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1;
  return line.slice(0, end);
}
