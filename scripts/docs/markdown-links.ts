/** The text without code, in which brackets are no links and `#` begins no heading. */
function prose(markdown: string): string {
  return markdown
    .replace(/^ *(```+|~~~+)[^]*?^ *\1/gm, '')
    .replace(/(`+)[^`][^]*?\1/g, (code) => code.replace(/[[\]()#]/g, '·'));
}

/** Relative targets of links and pictures: none on the web, none from the root of a site. */
export function linkTargets(markdown: string): readonly string[] {
  const inline = [...prose(markdown).matchAll(/\]\(\s*<?([^\s)>]+)>?[^)]*\)/g)];
  const defined = [...prose(markdown).matchAll(/^ *\[[^\]]+\]: *(\S+)/gm)];
  const targets = [...inline, ...defined].flatMap(([, target]) => target ?? []);
  return targets.filter((target) => !/^(\/|[a-z][a-z\d+.-]*:)/i.test(target));
}

/** The anchors of the headings. */
export function headingAnchors(markdown: string): ReadonlySet<string> {
  const code = markdown.replace(/^ *(```+|~~~+)[^]*?^ *\1/gm, '');
  const anchors = new Set<string>();
  for (const [, heading = ''] of code.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const anchor = headingAnchor(heading);
    let name = anchor;
    for (let copy = 1; anchors.has(name); copy++) name = `${anchor}-${String(copy)}`;
    anchors.add(name);
  }
  return anchors;
}

/** The name under which GitHub links to a heading; the second of equal ones has `-1` behind it, and so on. */
export function headingAnchor(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}
