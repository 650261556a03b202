import { type Heading, markdownHeadings } from '../kit/text/markdown-headings.ts';

/** A heading and everything below it, up to the next heading of its level or above. */
export interface Section {
  /** Offset of the heading line. */
  readonly start: number;
  readonly end: number;
  readonly title: string;
  /** 1 to 6; 0 for the whole document. */
  readonly level: number;
  /** In text order. */
  readonly children: readonly Section[];
}

/** The headings of a markdown text as a tree. */
export function markdownSections(text: string): Section {
  const found = markdownHeadings(text);
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

/** Titles of the headings above `at`, outermost first. */
export function headingsAt(root: Section, at: number): string[] {
  const path: string[] = [];
  let section: Section | undefined = root;
  while (section !== undefined) {
    if (section.level > 0 && section.title !== '') path.push(section.title);
    section = childAt(section.children, at);
  }
  return path;
}

/** The child that contains a position, by bisection: a document may have as many headings as lines. */
function childAt(children: readonly Section[], at: number): Section | undefined {
  let low = 0;
  let high = children.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((children[middle]?.end ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  const child = children[low];
  return child !== undefined && child.start <= at ? child : undefined;
}
