import { describe, expect, it } from 'vitest';
import { siteRules } from './site-rules.ts';

const rules = (...lines: string[]) => siteRules(lines.join('\n'));
const allows = (path: string, ...lines: string[]): boolean =>
  rules(...lines).allows(new URL(path, 'https://one.example'));

describe('rules of a robots.txt', () => {
  it.each([
    ['/a', 'User-agent: *\nDisallow: /a', false],
    ['/b', 'User-agent: *\nDisallow: /a', true],
    ['/a', 'User-agent: *\nDisallow:', true],
    ['/a', 'Disallow: /a', true],
    ['/a', 'User-agent: other\nDisallow: /', true],
    // Several heads of one group, with what is no rule between; space and comments anywhere.
    [
      '/a',
      'User-agent: other\nSitemap: /map\n\nuser-AGENT : Graft/2.0 # we\n Disallow :/a#b',
      false,
    ],
    // Its own group counts, and not that of everybody; of several all.
    ['/a', 'User-agent: graft\nDisallow: /x\n\nUser-agent: *\nDisallow: /', true],
    ['/x', 'User-agent: graft\nDisallow: /y\nUser-agent: graft\nDisallow: /x', false],
    ['/x', 'User-agent: graft\nDisallow: /x\nUser-agent: other\nAllow: /x', false],
    // The longest counts; of equally long ones that which allows.
    ['/a/b', 'User-agent: *\nDisallow: /a\nAllow: /a/b', true],
    ['/a/b', 'User-agent: *\nAllow: /a\nDisallow: /a/b', false],
    ['/a', 'User-agent: *\nDisallow: /a\nAllow: /a', true],
    ['/a/b.pdf?c', 'User-agent: *\nDisallow: /*.pdf', false],
    ['/a/b.pdf?c', 'User-agent: *\nDisallow: /*.pdf$', true],
    ['/a/b.pdf', 'User-agent: *\nDisallow: /*.pdf$', false],
    ['/ab', 'User-agent: *\nDisallow: /a$', true],
    ['/a', 'User-agent: *\nDisallow: /a$', false],
    ['/abab', 'User-agent: *\nDisallow: /ab*b$', false],
    ['/ab', 'User-agent: *\nDisallow: /ab*b$', true],
    ['/a', 'User-agent: *\nDisallow: *', false],
    ['/ä?q=ö', 'User-agent: *\nDisallow: /ä?q=%c3%b6', false],
    ['/a%2fb', 'User-agent: *\r\nDisallow: /a%2Fb', false],
    ['/%zz', 'User-agent: *\nDisallow: /%zz', false],
  ])('%s by %j: %s', (path, text, allowed) => {
    expect(allows(path, text)).toBe(allowed);
  });

  it('say how long to leave the site alone, not without end', () => {
    expect(rules('User-agent: *', 'Crawl-delay: 2.5').pause).toBe(2.5);
    expect(rules('User-agent: *', 'Crawl-delay: 1e9').pause).toBe(60);
    for (const none of ['soon', '-1', '', 'NaN']) {
      expect(rules('User-agent: *', `Crawl-delay: ${none}`).pause).toBe(0);
    }
  });

  it('cost no more than they are long', () => {
    // 20,000 names for 25,000 rules; each rule of each name would be 500 million.
    const names = Array.from({ length: 20_000 }, (_, at) => `User-agent: ${at.toString(36)}`);
    const many = rules('User-agent: graft', ...names, ...Array(25_000).fill('Disallow: /a'));
    expect(many.allows(new URL('https://one.example/a'))).toBe(false);
    const path = `/${'a'.repeat(8000)}`;
    expect(allows(path, 'User-agent: *', `Disallow: /${'*a'.repeat(250_000)}b`)).toBe(true);
    expect(allows(path, 'User-agent: *', `Disallow: /${'*'.repeat(500_000)}`)).toBe(false);
    const hard = Array<string>(20_000).fill(`Disallow: /*${'a'.repeat(10)}b`);
    expect(allows(path, 'User-agent: *', ...hard)).toBe(true);
  });
});
