/** A heading and all that is below it, up to the next heading that is not. */
export interface Section {
  /** Of the heading line. */
  readonly start: number;
  readonly end: number;
  readonly title: string;
  /** 1 to 6; 0 for the whole document. */
  readonly level: number;
  readonly children: readonly Section[];
}

interface Heading {
  readonly start: number;
  readonly level: number;
  readonly title: string;
}

/** The headings of a markdown text as a tree. Lines that look like headings inside code fences are not. */
export function markdownSections(text: string): Section {
  const found = headings(text);
  let next = 0;
  return { ...sectionAt({ start: 0, level: 0, title: '' }), title: '' };

  function sectionAt(heading: Heading): Section {
    const children: Section[] = [];
    for (
      let below = found[next];
      below !== undefined && below.level > heading.level;
      below = found[next]
    ) {
      next += 1;
      children.push(sectionAt(below));
    }
    return { ...heading, end: found[next]?.start ?? text.length, children };
  }
}

/** Titles of the headings that `at` is below, outermost first. */
export function headingsAt(root: Section, at: number): string[] {
  const path: string[] = [];
  let section: Section | undefined = root;
  while (section !== undefined) {
    if (section.level > 0 && section.title !== '') path.push(section.title);
    section = section.children.find((child) => child.start <= at && at < child.end);
  }
  return path;
}

function headings(text: string): Heading[] {
  const found: Heading[] = [];
  let fence: string | undefined;
  let lineStart = 0;
  let previous = '';
  for (const line of text.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined;
    } else if (mark !== undefined) {
      fence = mark;
    } else {
      const atx = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*\r?$/.exec(line);
      const underline = /^ {0,3}(=+|-+)[ \t]*\r?$/.exec(line)?.[1];
      if (atx !== null) {
        found.push({ start: lineStart, level: atx[1]?.length ?? 1, title: plain(atx[2] ?? '') });
      } else if (underline !== undefined && /^ {0,3}[^\s>|#*+-]/.test(previous)) {
        const start = lineStart - previous.length - 1;
        found.push({ start, level: underline.startsWith('=') ? 1 : 2, title: plain(previous) });
      }
    }
    previous = line;
    lineStart += line.length + 1;
  }
  return found;
}

/** A heading without its emphasis and link marks. */
function plain(title: string): string {
  return title
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`]{1,3}(\S.*?\S|\S)[*_`]{1,3}/g, '$1')
    .trim();
}
