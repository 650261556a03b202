import { expect, it } from 'vitest';
import { asQuestion, keywordQuery, withoutSentence } from './question-forms.ts';
import { htmlSections, manualPage } from './sections.ts';

it('cuts a page at its headings, without what is no text', () => {
  const html = `<head><title>x</title><meta itemprop="keywords" content="kilns,lighting"></head>
    <nav>Home</nav><h1>Chapter 3. Kilns</h1><p>One &amp; two<script>no()</script>.</p>
    <h2>3.1. Lighting<a class="headerlink">¶</a></h2><p>At dawn.</p><footer>End</footer>`;
  const title = 'Kilns';
  expect(htmlSections(html)).toEqual([
    { title, heading: 'Kilns', text: 'One & two.', keywords: ['kilns,lighting'] },
    { title, heading: 'Lighting', text: 'At dawn.', keywords: [] },
  ]);
});

it('takes of a manual page what it is for, and what it does', () => {
  const text = 'The function waits until the kiln is cold, and opens its door. '.repeat(3).trim();
  const roff = `.TH x 3\n.SH NAME\ncool \\- wait for a kiln\n.SH SYNOPSIS\n.nf\nint cool(void);\n.SH DESCRIPTION\n.\\" note\n.PP\n${text.replace('kiln', '\\fIkiln\\fP')}\n.SH "SEE ALSO"\n.BR warm (3)\n`;
  expect(manualPage(roff)).toEqual({ purpose: 'wait for a kiln', text });
  expect(manualPage('.so man3/cool.3\n')).toBeUndefined();
});

it('asks as people ask', () => {
  expect(asQuestion('Inserting a chart')).toMatch(/^(?:How|What) .* insert a chart\?$/);
  expect(asQuestion('Tables of contents, and others')).toBeUndefined();
  expect(keywordQuery('charts,copying  from Calc')).toBe('charts copying from Calc');
  const long = 'It has to be said that kilns are hot. '.repeat(6);
  const taken = withoutSentence(`${long}Open the door of the kiln slowly. ${long}`, 0.5);
  expect(taken?.sentence).toBe('Open the door of the kiln slowly.');
  expect(taken?.rest).not.toContain('slowly');
  expect(withoutSentence('Too short. To lose any.', 0)).toBeUndefined();
});
