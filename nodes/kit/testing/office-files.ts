import { zipFile } from './zip-file.ts';

const w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const rels =
  '<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>';
const styles = `<w:styles ${w}>
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/><w:basedOn w:val="berschrift1"/></w:style>
<w:style w:type="paragraph" w:styleId="Clause"><w:name w:val="Clause"/><w:basedOn w:val="berschrift2"/></w:style>
<w:style w:type="paragraph" w:styleId="Deep"><w:name w:val="Deep"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Toc1"><w:name w:val="toc 1"/></w:style>
</w:styles>`;
const level = (at: number, format: string, text: string): string =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;
const numbering = `<w:numbering ${w}>
<w:abstractNum w:abstractNumId="7">${level(0, 'decimal', '%1.')}${level(1, 'lowerLetter', '(%2)')}</w:abstractNum>
<w:abstractNum w:abstractNumId="8">${level(0, 'bullet', '•')}</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
</w:numbering>`;
const footnotes = `<w:footnotes ${w}><w:footnote w:id="-1"><w:p/></w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>Measured in 2024,</w:t></w:r></w:p><w:p><w:r><w:t>by hand.</w:t></w:r></w:p></w:footnote></w:footnotes>`;
const core =
  '<cp:coreProperties><dc:title>Firing &amp; glazing</dc:title><dc:creator>Wren</dc:creator><dcterms:created>2025-03-01T08:00:00Z</dcterms:created></cp:coreProperties>';

/** A paragraph of WordprocessingML: its properties and its runs, as they are written. */
export function paragraph(runs: string, properties = ''): string {
  return `<w:p><w:pPr>${properties}</w:pPr>${runs}</w:p>`;
}
export const run = (text: string): string => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
export const styled = (style: string): string => `<w:pStyle w:val="${style}"/>`;
export const listed = (list: number, at = 0): string =>
  `<w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${list}"/></w:numPr>`;

/** The parts of a Word document with that body; others in the place of its own. */
export function docxParts(
  body: string,
  others: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    '_rels/.rels': rels,
    'word/document.xml': `<?xml version="1.0" encoding="UTF-8"?><w:document ${w}><w:body>${body}<w:sectPr/></w:body></w:document>`,
    'word/styles.xml': styles,
    'word/numbering.xml': numbering,
    'word/footnotes.xml': footnotes,
    'docProps/core.xml': core,
    ...others,
  };
}
export const docx = (body: string, others?: Readonly<Record<string, string>>): Buffer =>
  zipFile(docxParts(body, others));

const page = (body: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/></head><body>${body}</body></html>`;

/** The parts of a book of three pages, the second of which has its title in the table of contents only. */
export function epubParts(others: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    mimetype: 'application/epub+zip',
    'META-INF/container.xml':
      '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
    'OPS/book.opf': `<package><metadata><dc:title>Kilns</dc:title><dc:creator>Wren</dc:creator><dc:creator>Ash</dc:creator><dc:date>2024</dc:date></metadata>
<manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/><item id="b" href="text/b%20one.xhtml" media-type="application/xhtml+xml"/><item id="a" href="text/a.xhtml" media-type="application/xhtml+xml"/><item id="i" href="i.png" media-type="image/png"/></manifest>
<spine><itemref idref="n"/><itemref idref="b"/><itemref idref="i"/><itemref idref="a"/></spine></package>`,
    'OPS/nav.xhtml': page(
      '<nav epub:type="toc"><ol><li><a href="text/b%20one.xhtml">One</a></li><li><a href="text/a.xhtml#top">The <i>second</i> chapter</a></li></ol></nav><nav epub:type="landmarks"><a href="text/a.xhtml">Start</a></nav>',
    ),
    'OPS/text/b one.xhtml': page(
      '<h1>First chapter</h1><p>Lit at&nbsp;05:40.</p><h2>Glaze</h2><p># not a heading</p><pre>one\n# two</pre>',
    ),
    'OPS/text/a.xhtml': page(
      '<p>It reaches 960 degrees.</p><table><tr><td>a</td><td>b</td></tr></table>',
    ),
    ...others,
  };
}
export const epub = (others?: Readonly<Record<string, string>>): Buffer =>
  zipFile(epubParts(others));
