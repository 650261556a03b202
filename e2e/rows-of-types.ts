// Rows as programs write them, one or a few of each type that a JSONL file may have.

const text = 'The eastern kiln is lit at 05:40 and reaches 960 °C.';
const source = {
  ...{ documentId: 'notes/kilns.md', path: 'notes/kilns.md', title: 'Kilns' },
  ...{ start: 9, end: 61, firstLine: 3, lastLine: 3 },
};
const chunk = (id: string) => ({ id, text, headings: ['Kilns'], source, metadata: { by: 'Maud' } });
const question = {
  ...{ id: 'q1', question: 'When is the eastern kiln lit?', reference: '05:40' },
  ...{ choices: ['05:40', 'noon'], documents: ['notes/kilns.md'], answerable: true, hard: true },
  variants: ['At what hour is the kiln in the east lit?'],
};
const answer = (id: string, said: string, reference?: string) => ({
  id,
  question: { id, question: question.question, ...(reference === undefined ? {} : { reference }) },
  text: said,
  citations: (['written', 'attributed'] as const).map((by, at) => ({
    ...{ number: at + 1, chunkId: 'kilns#1', source, by },
  })),
  ...{ promptTokens: 90, completionTokens: 12, finishReason: 'length' },
});
const scores = {
  dense: 0.5,
  bm25: 2,
  rrf: 0.03,
  rerank: 0.9,
  topic: 0.8,
  quality: 0.6,
  grade: 0.4,
};
const prompt = `Answer from the passages.\n[1] ${text}\n${question.question}`;

/** Values of twenty questions. */
export const accuracies = (of: (at: number) => number): readonly unknown[] =>
  Array.from({ length: 20 }, (_, at) => {
    const item = `q${String(at)}`;
    const values = { accuracy: of(at), f1: 0.5 };
    return { series: 'answers', label: `Question ${item}`, item, question: item, values };
  });

export const jsonl = (rows: readonly unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** By the id of their type. */
export const rowsOfTypes: Readonly<Record<string, readonly unknown[]>> = {
  documents: [
    {
      ...{ id: 'notes/kilns.md', path: 'notes/kilns.md', mediaType: 'text/markdown' },
      ...{ title: 'Kilns', text: `# Kilns\n\n${text}\n`, offset: 0, line: 1 },
      metadata: { by: 'Maud' },
    },
  ],
  chunks: [chunk('kilns#1'), { ...chunk('kilns#2'), context: 'Of the handbook of the pottery.' }],
  questions: [question, { id: 'q2', question: 'What does it cost?', answerable: false }],
  hits: [
    {
      ...{ id: 'q1', question },
      hits: [1, 2, 3].map((rank) => ({
        ...{ rank, score: 1 / rank, scores },
        chunk: chunk(`kilns#${String(rank)}`),
      })),
    },
  ],
  prompts: [
    {
      ...{ id: 'q1', question, text: prompt, tokens: 30, dropped: 2 },
      passages: [
        {
          ...{ number: 1, chunkId: 'kilns#1', score: 1, source },
          ...{ start: prompt.indexOf(text), end: prompt.indexOf(text) + text.length },
        },
      ],
    },
  ],
  answers: [
    answer('q1', 'It is lit at 05:40 [1].', '05:40'),
    answer('q2', 'At noon.', '05:40'),
    answer('q3', 'The passages do not say.'),
  ],
  dataset: (['chat', 'text'] as const).map((kind, at) => ({
    ...{ id: `terms.jsonl:${String(at + 1)}`, path: 'terms.jsonl', row: at + 1, kind },
    split: at === 0 ? 'train' : 'eval',
    turns:
      kind === 'text'
        ? [{ role: 'text', content: text, trained: true }]
        : [
            { role: 'system', content: 'You are a potter.', trained: false },
            { role: 'user', content: question.question, trained: false },
            { role: 'assistant', content: '05:40', trained: true },
          ],
  })),
  preferences: [
    { id: 'p1', prompt: question.question, chosen: 'At 05:40.', rejected: 'I do not know.' },
  ],
  tokens: [
    {
      ...{ id: 'terms.jsonl:1', split: 'train' },
      pieces: ['<|im_start|>', 'user', '\n', 'When', ' is', ' it', ' lit', '?', ' 05', ':40'],
      trained: [false, false, false, false, false, false, false, false, true, true],
    },
  ],
  metrics: [
    ...Array.from({ length: 12 }, (_, step) => [
      { series: 'train', step, values: { loss: 2 / (step + 1), lr: 1e-4 } },
      { series: 'eval', step, values: { loss: 2.2 / (step + 1) } },
    ]).flat(),
    { series: 'summary', label: 'all', values: { accuracy: 0.75, f1: 0.6 } },
    ...accuracies((at) => at % 2),
  ],
  judgements: [
    {
      ...{ id: 'q1:faithfulness', item: 'q1', question, answer: 'It is lit at 05:40 [1].' },
      ...{ metric: 'faithfulness', value: 0.5 },
      findings: [
        { text: 'It is lit at 05:40.', said: [true, true], verdict: true },
        { text: 'It is in the east.', said: [false, null], verdict: false },
        { text: 'When is it lit?', said: [null], similarity: 0.9 },
      ],
      exchanges: [
        { asked: 'claims', repeat: 1, prompt: 'Which claims are made?', reply: 'Two.' },
        { asked: 'verdicts', repeat: 1, prompt: 'Are they so?', problem: 'Nothing came back.' },
      ],
    },
  ],
};
