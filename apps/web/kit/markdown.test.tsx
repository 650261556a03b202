import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Markdown } from './markdown.tsx';

const html = (text: string, level?: number): string =>
  renderToStaticMarkup(<Markdown text={text} {...(level === undefined ? {} : { level })} />);

it('draws headings, lists, tables, code and emphasis', () => {
  expect(html('a **b** *c* ~~d~~ `e`')).toContain(
    '<p>a <strong>b</strong> <em>c</em> <del>d</del> <code>e</code></p>',
  );
  expect(html('- one\n- [x] two')).toContain('<li>☑ two</li>');
  expect(html('3. three')).toContain('<ol start="3"><li>three</li></ol>');
  expect(html('|a|b|\n|-|-:|\n|1|2|')).toContain('<td style="text-align:right">2</td>');
  expect(html('```\n<i>\n```')).toContain('<pre><code>&lt;i&gt;</code></pre>');
  expect(html('a &amp; b &#60; c')).toContain('<p>a &amp; b &lt; c</p>');
});

it('begins headings at a level of the page, and makes none of them where there is none', () => {
  expect(html('# a\n\n### b', 2)).toMatch(/<h2[^>]*>a<\/h2><h3[^>]*>b<\/h3>/);
  expect(html('# a')).not.toContain('<h');
});

it('shows markup as it is written', () => {
  const shown = html('<script>alert(1)</script>\n\nand <img src=x onerror=alert(1)> inline');
  expect(shown).not.toMatch(/<(script|img)/);
  expect(shown).toContain('&lt;img src=x onerror=alert(1)&gt;');
});

it('fetches no picture, and links to pages alone', () => {
  expect(html('![kiln](https://x.example/a.png)')).toContain('<a href="https://x.example/a.png"');
  expect(html('[here](HTTPS://x.example/a)')).toMatch(
    /<a href="HTTPS:\/\/x\.example\/a"[^>]*rel="noopener noreferrer"/,
  );
  for (const href of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc',
    ...[
      '//evil.example/a',
      '/\\\\evil.example',
      'docs/a.md',
      '#here',
      'https:evil.example',
      'https://',
    ],
  ])
    expect(html(`[words](${href})`)).toContain('<p>words</p>');
});

it('shows what is too long or too deep as it is written', () => {
  expect(html('*a*'.repeat(40_000))).toContain('whitespace-pre-wrap');
  expect(html(`${'> '.repeat(2000)}deep`)).toContain('deep');
});

it('draws bold words as a button where they name one', () => {
  const press = (words: string) => (words === 'All models …' ? () => undefined : undefined);
  const drawn = renderToStaticMarkup(
    <Markdown text="Press **All models …** or **Run**." press={press} />,
  );
  expect(drawn).toMatch(/<button[^>]*>All models …<\/button> or <strong>Run<\/strong>/);
  expect(html('Press **All models …**.')).toContain('<strong>All models …</strong>');
});
