import { describe, expect, it } from 'vitest';
import { pageText } from './page-text.ts';
import { pageTree } from './page-tree.ts';

const words = 'Lit at 05:40.';
const deep = 40_000;
const bodies = (attributes: readonly string[]): string =>
  attributes.map((one) => `<body ${one}></body>`).join('');

describe('a page that is a bomb is read without a tree', () => {
  it.each([
    ['nested', '<div>'.repeat(200_000)],
    ['of many elements', '<b></b>'.repeat(100_000)],
    ['of tags that never end', '<a '.repeat(500_000)],
    ['nested, after ends of what never began', '</x>'.repeat(deep) + '<div>'.repeat(deep)],
    ['nested, each with an end that closes nothing', '<div></x>'.repeat(deep)],
    ['nested, with ends in comments', '<div><!--</div>-->'.repeat(deep)],
    ['nested, with ends in attributes', '<div title="</div>">'.repeat(deep)],
    ['nested, with ends in scripts', '<div><script></div></script>'.repeat(deep)],
    ['nested, of elements whose end may be left out', '<dd><ul>'.repeat(deep)],
    ['of attributes', `<p ${Array.from({ length: 200_000 }, (_, at) => `a${at}`).join(' ')}>`],
    ['of attributes of one body', bodies(Array.from({ length: 45_000 }, (_, at) => `a${at}`))],
    ['nested in a picture', `<svg>${'<g>'.repeat(deep)}`],
  ])('%s', async (_, bomb) => {
    const page = `<p>${words}</p>${bomb}`;
    expect((await pageText(page, 'main')).text).toContain(words);
    if (!bomb.startsWith('<a')) expect(await pageTree(page)).toBeUndefined();
  });

  it.each([
    ['forms in forms', '<form>'.repeat(deep)],
    ['pages in a frame', `<iframe>${'<div>'.repeat(deep)}</iframe>`],
    ['tags in a text area', `<textarea>${'<div>'.repeat(deep)}</textarea>`],
    ['elements without an end', '<br>'.repeat(deep)],
    ['entities', '&amp;'.repeat(500_000)],
    ['paragraphs without their end', '<p>a'.repeat(deep)],
    ['the same body again', bodies(Array.from({ length: deep }, () => 'class=a'))],
  ])('or with one that is flat: %s', async (_, flat) => {
    const tree = await pageTree(`<p>${words}</p>${flat}`);
    let depth = 0;
    for (let at = tree?.querySelector('body')?.lastElementChild ?? null; at !== null; depth += 1) {
      at = at.lastElementChild;
    }
    expect(depth).toBeLessThan(10);
  });
});

it('a short piece of news is read without the banner beside it', async () => {
  const { text } = await pageText(
    `<title>Rescued - The Lantern</title><div class="cookie-banner">We and our 214 partners value your privacy. <button>Accept</button></div>
    <main><article><h1>Rescued</h1>
    <p>The lifeboat Constance Bray brought two teachers and a goat ashore on Thursday. Their pedalo had drifted past Gannet Point.</p>
    <p>The alarm came at 2.15 pm from a walker with a telescope. It was the third rescue of the crew in November.</p></article></main>`,
    'main',
  );
  expect(text).toContain('two teachers and a goat');
  expect(text).not.toContain('214 partners');
});

describe('the tree of a page', () => {
  const shown = async (html: string) => (await pageTree(html))?.documentElement.outerHTML;

  it.each([
    ['<title>A</title><p id=a>One<p>Two', '<title>A</title>', '<p id="a">One</p><p>Two</p>'],
    [
      '<html><head><title>A</title></head><body class=b><p>One</body></html>',
      '<title>A</title>',
      '',
    ],
    ['One &amp; <b>two', '', 'One &amp; <b>two</b>'],
    ['<!doctype html>\n<meta name=a>\n<p>One</p>\n<link rel=x>', '<meta name="a">', '<p>One</p>'],
  ])('of %s', async (html, head, body) => {
    const tree = await shown(html);
    expect(tree).toContain(`<head>${head}</head>`);
    expect(tree).toContain(body);
  });

  it('has what the page is about, whichever of its tags are left out', async () => {
    const paragraph = `<p>${'The eastern kiln is lit at 05:40 by whoever has the early turn. '.repeat(12)}</p>`;
    const nav = '<nav><a href="/shop">Shop</a></nav>';
    const article = `<article><h1>Kilns</h1>${paragraph.repeat(3)}</article>`;
    for (const page of [
      `<title>Kilns</title>${nav}${article}`,
      `<html lang=en><head><title>Kilns</title><body>${nav}${article}</html>`,
    ]) {
      const { title, text } = await pageText(page, 'main');
      expect([title, text.includes('05:40'), text.includes('Shop')]).toEqual([
        'Kilns',
        true,
        false,
      ]);
    }
  });
});
