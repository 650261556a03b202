import { Answers, type Judgement, Judgements, type PortType, Questions } from '@graft/graph';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { preview } from './preview.tsx';

/** What a reader sees of rows. */
function seen(type: PortType, rows: readonly unknown[]): string {
  const artifact = { digest: 'a'.repeat(64), mediaType: type.mediaType, size: 1 };
  const page = { rows, total: rows.length, loading: false, loadMore: () => undefined };
  return renderToStaticMarkup(createElement(preview, { artifact, ...page, params: {} }))
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}

const question = { id: 'q', question: 'Who lights the eastern kiln?', reference: 'Ada Thorn' };
const verdict: Omit<Judgement, 'value'> = {
  ...{ id: 'q', item: 'q', question, answer: 'Bert Miller.', metric: 'answered', exchanges: [] },
  findings: [
    { text: 'It answers what was asked by 0.67; 0.30 is needed.', said: [], verdict: true },
    { text: 'The passages bear it out by 0.42, and 0.60 is needed.', said: [], verdict: false },
  ],
};

it('says of each answer what was asked, what it was, and what speaks against it', () => {
  expect(seen(Judgements, [{ ...verdict, value: 0 }])).toBe(
    ' failed Who lights the eastern kiln? Bert Miller. Reference Ada Thorn The passages bear it out by 0.42, and 0.60 is needed. It answers what was asked by 0.67; 0.30 is needed. ',
  );
  expect(seen(Judgements, [{ ...verdict, answer: ' ', value: 1 }])).toMatch(
    /^ passed Who .*\? nothing Reference/,
  );
  expect(seen(Judgements, [verdict])).toMatch(/^ not judged Who/);
});

it('leads from the answers that are left to the verdicts', () => {
  expect(seen(Answers, [])).toContain('“verdicts” shows');
  expect(seen(Questions, [question])).not.toContain('verdicts');
});
