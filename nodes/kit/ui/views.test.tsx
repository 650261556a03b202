import {
  type AdapterInfo,
  Adapter,
  type Example,
  Chunks,
  Dataset,
  Documents,
  type Hit,
  hitSchema,
  Hits,
  Judgements,
  type MetricMeanings,
  type MetricRow,
  Metrics,
  type PortType,
  Preferences,
  type TokenRow,
  Tokens,
} from '@graft/graph';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { preview as chunkPreview } from '../../chunk/preview.tsx';
import { preview as comparePreview } from '../../compare-adapters/preview.tsx';
import { preview as labelPreview } from '../../label/preview.tsx';
import { evaluate, metricNames } from '../../evaluate/node.ts';
import { gradeHits } from '../../grade-hits/node.ts';
import { CurveFacts } from './charts/curve-facts.tsx';
import { seen } from './testing/seen.ts';
import { HitList } from './ports/hit-list.tsx';
import { PortPreview } from './port-preview.tsx';
import { sparklinePath } from './charts/sparkline.tsx';

function props(type: PortType, rows: readonly unknown[], meanings?: MetricMeanings) {
  return {
    ...(meanings === undefined ? {} : { meanings }),
    artifact: { digest: 'a'.repeat(64), mediaType: type.mediaType, size: 1 },
    rows,
    total: rows.length,
    loading: false,
    loadMore: () => undefined,
    params: {},
  };
}
const draw = (type: PortType, rows: readonly unknown[], meanings?: MetricMeanings): string =>
  renderToStaticMarkup(createElement(PortPreview, props(type, rows, meanings)));

describe('a dataset', () => {
  const example: Example = {
    id: 'style.jsonl:12',
    path: 'style.jsonl',
    row: 12,
    split: 'eval',
    kind: 'chat',
    turns: [
      { role: 'system', content: 'Be short.', trained: false },
      { role: 'user', content: 'When is the kiln lit?', trained: false },
      { role: 'assistant', content: 'At 05:40.', trained: true },
    ],
  };

  it('is shown as conversations, with their split, source and what is trained', () => {
    const html = draw(Dataset, [example]);
    expect(seen(html)).toContain('When is the kiln lit? eval');
    expect(seen(html)).toContain('assistant · trained At 05:40.');
    expect(seen(html)).toContain('style.jsonl · row 12');
    expect(html.match(/data-trained="true"/g)).toHaveLength(1);
  });
});

describe('tokens', () => {
  const row: TokenRow = {
    id: 'style.jsonl:12',
    split: 'train',
    pieces: ['<|im_start|>', 'user', '\n', ' Hi', '<|im_end|>', ' you', '<', '|im_end|>'],
    trained: [false, false, false, false, true, true, false, false],
  };

  it('say which are trained, show white space, and box the special ones only', () => {
    const html = draw(Tokens, [row]);
    expect(seen(html)).toContain('2 of 8 tokens trained');
    const inText = html.slice(html.indexOf('gk-tokens'));
    expect(inText.match(/data-trained="true"/g)).toHaveLength(2);
    expect(inText.match(/data-special="true"/g)).toHaveLength(2);
    expect(seen(inText)).toContain('⏎');
    expect(seen(inText)).toContain('· Hi');
  });
});

describe('an adapter', () => {
  const module = (layer: number, kind: string, norm: number) => ({
    path: `model.layers.${layer}.self_attn.${kind}`,
    layer,
    kind,
    norm,
    spectrum: [norm * 0.9, norm * 0.3, 0],
  });
  const info: AdapterInfo = {
    id: 'house-style',
    base: {
      id: 'SmolLM2-135M-Instruct',
      digest: 'sha256:4b1ce5d0',
      architecture: 'llama',
      heads: 9,
      kvHeads: 3,
    },
    method: 'rslora',
    rank: 16,
    alpha: 16,
    targets: ['q_proj', 'v_proj'],
    parameters: 2_442_240,
    baseParameters: 134_515_008,
    modules: [module(0, 'v_proj', 0.2), module(0, 'q_proj', 0.1), module(1, 'v_proj', 0.5)],
  };

  it('tells its base, its scale and its share, and opens at its strongest module', () => {
    const text = seen(draw(Adapter, [info]));
    expect(text).toContain('rsLoRA');
    expect(text).toContain('16 · 16 (scale 4)');
    expect(text).toContain('2,442,240');
    expect(text).toContain('1.8 %');
    expect(text).toContain('sha256:4b1ce5d0');
    expect(text).toContain('layer 1 · v_proj · ‖ΔW‖ 0.5000');
    expect(text).toContain('1 of 3 hold 90 % of ‖ΔW‖²');
  });

  it('has a cell for each module', () => {
    const html = draw(Adapter, [info]);
    expect(html).toContain('<title>layer 0 · q_proj · 0.1000</title>');
    expect(html.match(/<title>layer /g)).toHaveLength(3);
  });
});

describe('metrics', () => {
  const train = (step: number): MetricRow => ({
    series: 'train',
    step,
    values: {
      ...{ loss: 4 / step, accuracy: 0.5, rate: 2e-4, norm: 1 },
      ...{ tokens: 100 * step, epoch: step / 2, tokensPerSecond: 331.4, memory: 2.1e9, eta: 90 },
    },
  });
  const rows = [train(1), train(2), { series: 'eval', step: 2, values: { loss: 2.5 } }];

  it('are curves where they have steps, with the newest values beside them', () => {
    const html = draw(Metrics, rows);
    const text = seen(html);
    expect(text).toMatch(/Loss log train 2 eval 2\.500/);
    expect(text).toMatch(/Accuracy 50 %/);
    expect(text).toMatch(/Learning rate 2\.00e-4/);
    expect(text).toContain('best eval loss 2.500');
    expect(html.match(/class="gk-chart"/g)).toHaveLength(4);
  });

  it('say how a training goes on', () => {
    const facts = createElement(CurveFacts, { rows, progress: { done: 2, total: 400 } });
    const text = seen(renderToStaticMarkup(facts));
    expect(text).toContain('step 2 of 400');
    expect(text).toContain('remaining 1 min 30 s');
    expect(text).toContain('tokens/s 331');
    expect(text).toContain('memory 2.1 GB');
  });

  it('leave tokens out where none are read', () => {
    const unread = rows.map((row) => {
      const { tokens: _, tokensPerSecond: __, ...values } = row.values;
      return { ...row, values };
    });
    const text = seen(renderToStaticMarkup(createElement(CurveFacts, { rows: unread })));
    expect(text).toContain('memory 2.1 GB');
    expect(text).not.toContain('tokens');
    expect(seen(renderToStaticMarkup(createElement(CurveFacts, { rows: [] })))).toContain(
      'tokens –',
    );
  });

  it('are a table where they have labels, and facts where there is one row', () => {
    const text = seen(
      draw(Metrics, [
        { series: 'texts', label: 'a.md', values: { perplexity: 12.3456, tokens: 1_200 } },
        { series: 'texts', label: 'b.md', values: { perplexity: 9 } },
        {
          series: 'summary',
          values: { trainableShare: 0.01815, trainedTokensPerEpoch: 20_311, rougeL: 0.5 },
        },
      ]),
    );
    expect(text).toContain('Texts Perplexity Tokens a.md 12.35 1,200 b.md 9');
    expect(text).toContain('Trainable share 1.8 %');
    expect(text).toContain('Trained tokens per epoch 20,311');
    expect(text).toContain('ROUGE-L 0.500');
    // The summary is no row of what is counted.
    expect(text).toContain(' 2 rows ');
  });

  it('of two adapters are maps of cosines and of the ratio of norms', () => {
    const compared = [0, 1].map((layer) => ({
      series: 'modules',
      label: `model.layers.${layer}.mlp.up_proj`,
      values: { norm: 1, otherNorm: 2, cosine: layer === 0 ? -0.25 : 0.5 },
    }));
    const html = renderToStaticMarkup(createElement(comparePreview, props(Metrics, compared)));
    expect(html).toContain('<title>layer 0 · up_proj · -0.2500</title>');
    expect(html).toContain('<title>layer 1 · up_proj · 2 ×</title>');
  });
});

it('says what each metric means, by the node that gives it, where its name stands', () => {
  const values = Object.fromEntries(metricNames.map((name) => [name, 0.5]));
  const rows = [
    { series: 'summary', values },
    { series: 'questions', item: 'q1', label: 'Who?', values: { ...values, 'new@3': 1 } },
  ];
  const html = draw(Metrics, rows, { ...evaluate.meanings, new: 'What is new.' });
  expect(html.match(/<dt title="/g)).toHaveLength(metricNames.length);
  expect(html.match(/<th scope="col" title="/g)).toHaveLength(metricNames.length + 1);
  expect(draw(Metrics, rows)).not.toContain('<dt title="');
  const curve = [{ series: 'train', step: 1, values: { loss: 2 } }];
  expect(draw(Metrics, curve, { loss: 'Surprise.' })).toContain('<b title="Surprise.">Loss</b>');

  const recall = [{ series: 'summary', values: { recall: 0.5 } }];
  expect(draw(Metrics, recall, gradeHits.meanings)).toContain('that are kept');
});

it('tells documents of the web and of tables from files, by title, place and picture', () => {
  const document = (id: string, path: string, title: string) => ({
    ...{ id, path, title, mediaType: 'text/plain', text: 'Lit.', offset: 0, line: 1, metadata: {} },
  });
  const html = draw(Documents, [
    document('https://example.com/kilns', 'https://example.com/kilns', 'Kilns'),
    document('shop.db:3', 'shop.db', 'Bowl'),
    document('notes/a.md', 'notes/a.md', 'Notes'),
  ]);
  expect([...html.matchAll(/role="img" aria-label="(.*?)"/g)].map(([, label]) => label)).toEqual([
    ...['Page of the web', 'Row of a table', 'File'],
  ]);
  expect(seen(html)).toMatch(
    /Kilns example\.com\/kilns 4 .*Bowl shop\.db · 3 4 .*Notes notes\/a\.md 4/,
  );
});

it('names the documents of chunks by their titles, and each chunk by its headings and place', () => {
  const chunk = (start: number, headings: readonly string[]) => ({
    ...{ id: `c${start}`, text: 'Lit.', headings, metadata: {} },
    source: {
      ...{ documentId: 'https://example.com/k#1', path: 'https://example.com/k', title: 'Kilns' },
      ...{ start, end: start + 4, firstLine: start + 1, lastLine: start + 1 },
    },
  });
  const rows = [chunk(0, []), chunk(4, ['East', 'Firing'])];
  const html = renderToStaticMarkup(createElement(chunkPreview, props(Chunks, rows)));
  expect(seen(html)).toContain('Kilns example.com/k · part 2 2 chunks');
  expect(html).toContain('title="chunk 1 · Kilns · example.com/k · part 2 · line 1"');
  expect(html).toContain('title="chunk 2 · East › Firing · example.com/k · part 2 · line 5"');
});

describe('hits', () => {
  const hit = (rank: number, before: number | undefined, scores: Hit['scores']): Hit => {
    const place = { start: 0, end: 4, firstLine: 1, lastLine: 1 };
    const source = { documentId: 'd', path: `${rank}.md`, title: 'd', ...place };
    const chunk = { id: String(rank), text: 'Lit.', headings: [], source, metadata: {} };
    return { rank, score: 0.5, scores, chunk, ...(before === undefined ? {} : { before }) };
  };
  const row = (hits: readonly Hit[]) => ({
    id: 'q',
    question: { id: 'q', question: 'When?' },
    hits,
  });

  it('say where they stood before, where they were ranked anew', () => {
    const html = draw(Hits, [row([hit(1, 7, {}), hit(2, 1, {}), hit(3, 3, {})])]);
    expect(seen(html)).toMatch(/1\.md · line 1 ▲ was 7 .* ▼ was 1 .* same rank/);
    expect(html).toContain('Was number 7; now 6 places higher.');
    expect(html).toContain('Was number 1; now 1 place lower.');
    const single = seen(draw(Hits, [row([hit(1, undefined, {})])]));
    expect(single).not.toMatch(/was|same/);
    expect(single).toContain('When? 1 hit ');
  });

  it('say which are from wanted documents, and which of those are not among them', () => {
    const asked = { ...row([hit(1, undefined, {}), hit(2, undefined, {})]) };
    const question = { ...asked.question, documents: ['2.md', 'gone.md', '2.md'] };
    const text = seen(draw(Hits, [{ ...asked, question }]));
    expect(text).toMatch(/When\? 1 of 2 found 2 hits/);
    expect(text).toMatch(/1\.md · line 1 score .* 2\.md · line 1 expected .* not found gone\.md/);
    expect(seen(draw(Hits, [asked]))).not.toContain('expected');
    const all = seen(draw(Hits, [{ ...asked, question: { ...question, documents: ['1.md'] } }]));
    expect(all).toContain('1 of 1 found');
    expect(all).not.toContain('not found');
  });

  it('explain every part of their scores, with what it gives where the node knows', () => {
    const scores = Object.fromEntries(
      Object.keys(hitSchema.shape.scores.shape).map((name) => [name, 0.25]),
    );
    const table = (html: string): string => seen(/<table.*?<\/table>/s.exec(html)?.[0] ?? '');
    const all = table(draw(Hits, [row([hit(1, undefined, scores)])]));
    expect(all.match(/\w 0(\.\d+)? [A-Z][^.]*[a-z1]\. /g)).toHaveLength(Object.keys(scores).length);
    expect(all).toContain('trust 0.25 The trust in its source.');
    expect(all).toContain('score 0.5000');
    expect(all).not.toContain('Weight');
    expect(table(draw(Hits, [row([hit(1, 2, { dense: 0.5, bm25: 3 })])]))).toMatch(
      /dense 0\.50 the score How .* BM25 3\.0 How .* score 0\.5000/,
    );
    const sharesOf = () => [{ part: 'trust', weight: 0.5, gives: '× 0.93' }] as const;
    const html = renderToStaticMarkup(
      createElement(HitList, { ...props(Hits, [row([hit(1, 2, { trust: 0.3 })])]), sharesOf }),
    );
    expect(table(html)).toContain(
      'Weight Contribution trust 0.30 0.5 × 0.93 The trust in its source.',
    );
    expect(html).toContain('<span title="The trust in its source.">trust 0.30</span>');
  });
});

it('says of labels why there is nothing to show', () => {
  const html = (type: PortType): string =>
    renderToStaticMarkup(createElement(labelPreview, props(type, [])));
  expect(html(Metrics)).toContain('Connect the metrics of Evaluate');
  expect(html(Preferences)).toContain('a right and a wrong answer to the same question');
});

it('draws a line of at most a point a unit, over the whole width', () => {
  expect(sparklinePath([3, 1])).toBe('M0.0 1.0L100.0 27.0');
  expect(sparklinePath(Array.from({ length: 5_000 }, (_, at) => at)).split('L')).toHaveLength(100);
});

it('names the similarity of a question that a judge made', () => {
  const finding = { text: 'Which kiln?', said: [true], verdict: true, similarity: 0.825 };
  const judgement = { id: 'j', item: 'a', answer: 'The big one.', metric: 'answerRelevancy' };
  const question = { id: 'q', question: 'Which kiln is it?' };
  expect(
    seen(draw(Judgements, [{ ...judgement, question, findings: [finding], exchanges: [] }])),
  ).toContain('yes · similarity 0.8250 Which kiln?');
});
