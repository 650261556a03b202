/** Texts that make scanners go over the same characters again and again; each of `length` code units. */
export const adversarialTexts: Readonly<Record<string, (length: number) => string>> = {
  'full stops': repeated('.'),
  'full stops and spaces': repeated('. '),
  'stops and closing quotes': repeated('.")'),
  'stops before digits': repeated('. 1'),
  'list numbers on one line': repeated(' 12.'),
  'sentences on one line': repeated('Ab cd. '),
  abbreviations: repeated('e.g. '),
  'Chinese stops and quotes': repeated('。」'),
  spaces: repeated(' '),
  'spaces and one word': (length) => `${' '.repeat(length - 1)}x`,
  'word, spaces, word': (length) => `x${' '.repeat(length - 2)}x`,
  tabs: repeated('\t'),
  'line breaks': repeated('\n'),
  'line breaks and spaces': repeated('\n  '),
  'carriage returns': repeated('\r'),
  'no-break spaces': repeated('\u00a0'),
  'spaces and line separators': repeated(`${' '.repeat(2000)}\u2028`),
  'line separators': repeated('\u2028'),
  hashes: repeated('#'),
  'hashes and spaces': repeated('# '),
  'a heading of spaces': (length) => `# a${' '.repeat(length - 4)}\u2028`,
  'a heading of closing marks': (length) => `# a${' #'.repeat(length / 2)}`,
  headings: repeated('# a\n'),
  'headings under each other': repeated('# a\n## b\n### c\n#### d\n##### e\n###### f\n'),
  underlined: repeated('a\n=\n'),
  'an underline of dashes': (length) => `a\n${'-'.repeat(length)} x`,
  brackets: repeated('# ['),
  'brackets in a heading': (length) => `# ${'['.repeat(length)}`,
  'links in a heading': (length) => `# ${'[a]('.repeat(length / 4)}`,
  'stars in a heading': (length) => `# ${'*a '.repeat(length / 3)}`,
  'marks in a heading': (length) => `# ${'*_`'.repeat(length / 3)}`,
  quotes: repeated('> '),
  lists: repeated('- '),
  fences: repeated('```'),
  'ticks of growing length': (length) => {
    let text = '';
    for (let ticks = 1; text.length < length; ticks += 1) text += `${'`'.repeat(ticks)} `;
    return text.slice(0, length);
  },
  'front matter without an end': (length) => `---\n${'a: b\n'.repeat(length / 5)}`,
  'front matter of one line': (length) => `---\na: ${' b '.repeat(length / 3)}\n---\n`,
  'front matter of spaces': (length) => `---\na:${' '.repeat(length)}x\n---\n`,
  'front matter of names': (length) => `---\n${'a'.repeat(length)}\n---\n`,
  'front matter of quotes': (length) => `---\na: '${"'x".repeat(length / 2)}\n---\n`,
  'front matter of fences': (length) => `---\n${'---x\n'.repeat(length / 5)}`,
  'digits and commas': repeated('1,'),
  'commas after a digit': (length) => `1${','.repeat(length)}`,
  zeros: (length) => `1${'.0'.repeat(length / 2)}1`,
  letters: repeated('a'),
  words: repeated('word '),
  emoji: repeated('👩‍👩‍👧‍👦'),
  accents: (length) => `a${'\u0301'.repeat(length)}`,
  citations: repeated('[1, '),
  'open citations': (length) => `[1${' ,1'.repeat(length / 3)}`,
  braces: repeated('{'),
};

/** Pages and what they hold of tags that never end. */
export const adversarialPages: Readonly<Record<string, (length: number) => string>> = {
  ...{
    'angle brackets': repeated('<'),
    'tags cut off': repeated('<a '),
    'end tags': repeated('</p>'),
  },
  ...{ 'nested blocks': repeated('<div>'), 'nested bold': repeated('<b></i>') },
  ...{ 'nested tables': repeated('<table><tr><td>'), 'nested lists': repeated('<ul><li>') },
  ...{ 'open paragraphs': repeated('<p>'), 'open comments': repeated('<!--') },
  ...{ 'open sections': repeated('<![CDATA['), declarations: repeated('<!doctype ') },
  ...{ 'attributes cut off': repeated('<a href="'), attributes: repeated('<a b=c d>') },
  ...{ scripts: repeated('<script>'), preformatted: repeated('<pre> \n') },
  ...{ titles: repeated('<title>'), heads: repeated('<head>'), drawings: repeated('<svg><svg/>') },
  ...{ ampersands: repeated('&'), 'entities cut off': repeated('&amp'), numbers: repeated('&#1;') },
  ...{ 'line breaks': repeated('<br>'), cells: repeated('<td>a'), spaces: repeated(' <i> </i>') },
  'an attribute list': (length) => `<p ${'x="1" '.repeat(length / 6)}>`,
  'a doctype of spaces': (length) => `${' '.repeat(length)}<?xml ${'<!doctype '.repeat(100)}`,
};

function repeated(unit: string): (length: number) => string {
  return (length) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}
