import { describe, expect, it } from 'vitest';
import { answerVerdict, abstains, referenceTest, SearchedText } from './answer-verdict.ts';

const verdict = (text: string, reference?: string) =>
  answerVerdict({
    text,
    question: { id: 'q', question: '?', ...(reference === undefined ? {} : { reference }) },
  });

describe('the verdict on an answer', () => {
  it.each([
    ['Burner number three is lit first [1].', 'Burner number three.', 'right'],
    ['burner NUMBER 3', 'Burner number three.', 'right'],
    ['Burner number two.', 'Burner number three.', 'wrong'],
    ['It costs £40.50.', '£40.50 (list price £34.00 plus the £6.50 surcharge).', 'right'],
    ['It costs £34.00.', '£40.50 (list price £34.00 plus the £6.50 surcharge).', 'wrong'],
    ['A stipend of £1900 for 6 weeks', 'A stipend of £1,900, for six weeks.', 'right'],
    ['28 half-pint mugs', 'Twenty-eight half-pint mugs.', 'right'],
    ['6 % go to the museum', 'Six per cent.', 'right'],
    ['at 15:35', 'At 15:30.', 'wrong'],
    ['The handbook does say so.', 'The handbook does not say.', 'wrong'],
    ['The handbook does not say.', 'The handbook does not say.', 'right'],
    ['It was 290 dinner plates', '290 dinner plates.', 'right'],
    ['It was 2900 dinner plates', '290 dinner plates.', 'wrong'],
    ['', 'Wednesday', 'wrong'],
    ['', '?', 'wrong'],
    ['In May.', 'In May.', 'right'],
    ['In June.', 'In May.', 'wrong'],
    ['On 3 April 1980', 'On 3 May 1980.', 'wrong'],
    ['on 3 may', 'May 3.', 'right'],
    ['They can be stacked.', 'They may be stacked.', 'right'],
    ['By then.', 'It was (by then).', 'right'],
    ['Øystein, naïve', 'naive', 'right'],
    ['It is 41 meters tall.', '41 metres', 'right'],
    ['two kilometres', 'Two kilometers.', 'right'],
    ['At 18:45.', '6.45 pm', 'right'],
    ['At 6:45 p.m., they say.', 'At 18:45.', 'right'],
    ['At 6.45 am.', '6.45 pm', 'wrong'],
    ['at 12.05 am', '00:05', 'right'],
    ['at noon, 12 pm', '12:00', 'right'],
    ['at 5:40', 'At 05:40.', 'right'],
    ['It costs £1.5.', '£1.50', 'right'],
    ['It costs £1.05.', '£1.50', 'wrong'],
    ['in 13.50 pm', '1.50 pm', 'wrong'],
  ])('%j for %j: %s', (text, reference, expected) => {
    expect(verdict(text, reference)).toBe(expected);
  });

  it('accepts one of several references', () => {
    const question = { id: 'q', question: '?', reference: '6.45 pm', accept: ['18:45', ' '] };
    const of = (text: string) => answerVerdict({ text, question });
    expect([of('At 18:45.'), of('At 6.45 pm.'), of('At 19:45.'), of('')]).toEqual([
      ...['right', 'right', 'wrong', 'wrong'],
    ]);
    const { reference: _reference, ...without } = question;
    expect(answerVerdict({ text: '18:45', question: without })).toBe('right');
  });

  it('is wrong where the answer names a wrong choice beside the right one', () => {
    const choices = ['Hazel', 'Yew', 'Larch', 'Old larch'];
    const of = (text: string, reference: string) =>
      answerVerdict({ text, question: { id: 'q', question: '?', reference, choices } });
    expect(of('Larch.', 'Larch')).toBe('right');
    expect(of('Hazel, yew and larch', 'Larch')).toBe('wrong');
    expect(of('Hazel', 'Larch')).toBe('wrong');
    // All words of another choice belong to the right one.
    expect(of('An old larch', 'Old larch')).toBe('right');
  });

  it('does not take what an answer cites for its words', () => {
    expect(verdict('Burner two [1].', 'Burner two, at 1.')).toBe('wrong');
    expect(verdict('Burner two, at 1 [2, 3].', 'Burner two, at 1.')).toBe('right');
  });

  it.each([
    ['The passages don’t mention it.', 'The handbook does not say.', 'right'],
    ['It weighs 90 kg.', 'The handbook does not say.', 'wrong'],
    ['Das Handbuch sagt es nicht.', 'Das Handbuch sagt es nicht.', 'right'],
    ['I do not know.', undefined, 'right'],
    ['It weighs 90 kg.', undefined, 'wrong'],
  ])('where there is no answer, on %j for %j: %s', (text, reference, expected) => {
    const question = { id: 'q', question: '?', answerable: false };
    const known = reference === undefined ? question : { ...question, reference };
    expect(answerVerdict({ text, question: known })).toBe(expected);
  });

  it('is none without a reference', () => {
    expect(verdict('anything')).toBe('no reference');
    expect(verdict('anything', '  ')).toBe('no reference');
  });

  // With the square of their length it would take minutes.
  it('compares long hostile texts to their end', () => {
    const long = `${'1,'.repeat(20_000)}${' per'.repeat(20_000)}${'('.repeat(20_000)}`;
    expect(verdict(long, long)).toBe('right');
  });
});

it.each([
  ['It costs £40.50 [1].', '£40.50 (list price £34.00).'],
  ['Twenty-eight half-pint mugs', '28 half-pint mugs.'],
  ['Number 3 of the burners', 'Burner number three.'],
  ['burner NUMBER three', 'Burner number three.'],
  ['six PER CENT', '6 %'],
  ['naïve Øystein', 'Naive Øystein'],
  ['A halfpint', 'Half-pint'],
  ['A stipend of £1,900.00, at 10:15', '£1900 at 10:15'],
  ['A stipend of £190,0', '£1900'],
  ['£40.50', '£40.5'],
  ['41 meters', '41 metres'],
  ['6:45 p.m.', '18:45'],
  ['At 18:45', '6.45 pm'],
  ['', '?'],
  ['anything', ''],
  ['Burner two', 'Burner two, at 1.'],
])('tests whether %j has the words of %j as the verdict does', (text, reference) => {
  expect(referenceTest(reference)(new SearchedText(text))).toBe(
    verdict(text, reference) === 'right',
  );
});

it.each([
  'The handbook does not say.',
  "The handbook doesn't say who painted it.",
  'The provided passages do not contain the price [1].',
  'The passages don’t mention\n it.',
  'There is no information about the door in the passages.',
  'It is not stated.',
  "I don't know.",
  'I can’t find this in the documents.',
  'This question cannot be answered.',
])('an abstention: %s', (text) => {
  expect(abstains(text)).toBe(true);
});

it.each([
  'The handbook does say so.',
  'Nothing is said at the door.',
  'The price does not include postage.',
  'Refunds are not given.',
  'No, cameras are not allowed.',
  'Nobody.',
  'Say nothing.',
  '',
])('an answer: %s', (text) => {
  expect(abstains(text)).toBe(false);
});

// With the square of its length it would take minutes.
it('reads a long hostile text to its end', () => {
  const long = `${'passages '.repeat(20_000)}${'does not '.repeat(20_000)}${"n't".repeat(20_000)}${' '.repeat(20_000)}`;
  expect(abstains(long)).toBe(false);
});
