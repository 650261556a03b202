import { describe, expect, it } from 'vitest';
import { readClaims, readQuestion, readVerdicts } from './read-reply.ts';

describe('verdicts', () => {
  it.each([
    ['1: yes\n2: no\n3: yes', [true, false, true]],
    ['1. **Yes**\n2. **No**, it is cooled.\n3) yes', [true, false, true]],
    ['[1] yes\n[2] no\n[3] YES.', [true, false, true]],
    ['1: yes, 2: no, 3: yes', [true, false, true]],
    ['Claim 1: yes\nClaim 2: no\nClaim 3: yes', [true, false, true]],
    // The claim again, and then the verdict; its own first word is none.
    ['1. No kiln is lit: yes\n2. No-one lights it: no\n3. It cools. True', [true, false, true]],
    ['Here are my verdicts.\n\n1: yes\n2: no\n3: yes\n\nAll were checked.', [true, false, true]],
    ['yes\nno\nyes', [true, false, true]],
    ['["yes", "no", "yes"]', [true, false, true]],
    ['[1, 0, 1]', [true, false, true]],
    ['```json\n[true, false, true]\n```', [true, false, true]],
    ['{"1": "yes", "2": "no", "3": "Yes."}', [true, false, true]],
    [
      'Sure:\n{"statements": [{"statement": "a", "reason": "No.", "verdict": 1}, {"verdict": 0}, {"attributed": "yes"}]}\nDone.',
      [true, false, true],
    ],
    ['<think>1: no, 2: yes, 3: no</think>\n1: yes\n2: no\n3: yes', [true, false, true]],
  ])('reads %j', (reply, verdicts) => {
    expect(readVerdicts(reply, 3)).toEqual(verdicts);
  });

  it.each([
    ['yes', true],
    ['No.', false],
    ['Yes, the passage says so.', true],
    ['Yes it does', true],
    ['1: yes, it does', true],
    ['"no"', false],
    ['{"reason": "It says so.", "verdict": "yes"}', true],
    ['[{"verdict": 0}]', false],
    ['{"verdict": "no", "quotes": ["Yes, it is lit at dawn."]}', false],
    ['{"verdict": 1, "reasons": []}', true],
    ['{"answer": "no", "quotes": ["Yes, it is lit at dawn."]}', false],
    ['{"answer": "Yes, at dawn.", "verdicts": ["no"]}', false],
    ['The passage is about kilns.\n\n**Verdict:** yes', true],
    ['1. It is about kilns: yes\n2. It names no time.\nAnswer: no', false],
  ])('reads the only one in %j', (reply, verdict) => {
    expect(readVerdicts(reply, 1)).toEqual([verdict]);
  });

  it.each([
    ['', 1],
    ['maybe', 1],
    ['yes or no', 1],
    ['Yes/No', 1],
    ['The kiln is lit at 05:40.', 1],
    ['{"verdict": "perhaps"}', 1],
    ['{"verdict": 2}', 1],
    ['{"verdict": {"verdict": 1}}', 1],
    ['1: yes\n2: no', 3],
    ['1: yes\n2: no\n3: yes\n4: yes', 3],
    ['1: yes\n2: no\n2: yes\n3: yes', 3],
    ['1: yes\n2: it depends\n3: yes', 3],
    ['1: yes\n2: yes/no\n3: yes', 3],
    ['[1, 0]', 3],
    ['[1, 0, "x"]', 3],
    ['yes', 3],
    ['Yes, they all do.', 3],
    ['<think>Is it lit?\nYes', 1],
  ])('reads none in %j', (reply, count) => {
    expect(readVerdicts(reply, count)).toBeUndefined();
  });
});

describe('claims', () => {
  it.each([
    ['- The kiln is lit.\n- It is lit at 05:40.', ['The kiln is lit.', 'It is lit at 05:40.']],
    ['Claims:\n1. The kiln is lit.\n2) It cools.', ['The kiln is lit.', 'It cools.']],
    ['The kiln is lit at 05:40.', ['The kiln is lit at 05:40.']],
    ['["The kiln is lit.", " "]', ['The kiln is lit.']],
    ['{"statements": ["The kiln is lit."]}', ['The kiln is lit.']],
    ['{"claims": [{"claim": "The kiln is lit."}]}', ['The kiln is lit.']],
    ['none', []],
    ['- None.', []],
    ['[]', []],
  ])('reads %j', (reply, claims) => {
    expect(readClaims(reply)).toEqual(claims);
  });

  it.each([
    '',
    'two lines\nwithout a mark',
    '{"claims": [1]}',
    '{"a": ["x"], "b": ["y"]}',
    '["The kiln is lit.", "It is',
  ])('reads none in %j', (reply) => {
    expect(readClaims(reply)).toBeUndefined();
  });

  it('reads a hundred at most: more is a model that repeats itself', () => {
    const listed = (count: number): string =>
      Array.from({ length: count }, (_, at) => `- Claim ${at}.`).join('\n');
    expect(readClaims(listed(100))).toHaveLength(100);
    expect(readClaims(listed(101))).toBeUndefined();
  });
});

it.each([
  [
    'Question: When is it lit?\nNoncommittal: no',
    { question: 'When is it lit?', noncommittal: false },
  ],
  [
    '**Question:** Who?\n**Noncommittal:** Yes, it evades.',
    { question: 'Who?', noncommittal: true },
  ],
  ['{"question": "Who?", "noncommittal": 1}', { question: 'Who?', noncommittal: true }],
  ['Question: Who?', undefined],
  ['Question:\nNoncommittal: no', undefined],
  ['Question: Who?\nNoncommittal: yes or no', undefined],
  ['{"question": "", "noncommittal": 0}', undefined],
  ['Who?', undefined],
])('of an answer, the question in %j is %j', (reply, made) => {
  expect(readQuestion(reply)).toEqual(made);
});

it('looks at a reply of one sign, however long, only a few times', () => {
  for (const sign of [' ', '[', '{', '1', '.', '1. ', 'yes ', ': ', '- ', '`', 'question:']) {
    const long = sign.repeat(20_000);
    for (const reply of [long, `${long}x`, `x${long}`]) {
      readClaims(reply);
      readVerdicts(reply, 3);
      readQuestion(reply);
    }
  }
});
