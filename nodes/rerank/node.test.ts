import {
  type CrossEncoderInfo,
  type Embedder,
  GraphError,
  type Hit,
  type LanguageModel,
  type ModelRef,
  modelSchema,
  type QuestionHits,
  type RunContext,
  searchedText,
  type TreeInput,
} from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { rowsInput, runAll, testContext, treeInput } from '../kit/testing/test-context.ts';
import { maxSim } from './max-sim.ts';
import { rerank } from './node.ts';
import { run } from './run.ts';

type Params = Parameters<typeof run.expand>[2];

function hit(rank: number, text: string): Hit {
  const source = {
    documentId: text,
    path: text,
    title: text,
    start: 0,
    end: 1,
    firstLine: 1,
    lastLine: 1,
  };
  const chunk = { id: text, text, headings: [], source, metadata: {} };
  return { rank, score: 1 / rank, scores: { rrf: 1 / rank }, chunk };
}
const row: QuestionHits = {
  id: 'q',
  question: { id: 'q', question: 'b' },
  hits: ['a', 'c', 'b', 'd'].map((text, at) => hit(at + 1, text)),
};

/** Texts whose token vectors were asked for. */
const asked: string[] = [];
/** Passages of which a cross-encoder was asked. */
const scored: string[] = [];

/** Two-dimensional token vectors: a letter is an angle. */
const letters: Embedder = {
  model: 'letters',
  dimension: 2,
  device: 'cpu',
  embed: () => Promise.reject(new Error('not asked for')),
  embedTokens: (texts) => {
    asked.push(...texts);
    return Promise.resolve(
      texts.map((text) => ({
        tokens: text.length,
        vectors: Float32Array.from(
          Array.from(text).flatMap((letter) => {
            const angle = (letter.charCodeAt(0) - 97) / 2;
            return [Math.cos(angle), Math.sin(angle)];
          }),
        ),
      })),
    );
  },
};
/** A cross-encoder that was trained, as it arrives at an input. */
const own: CrossEncoderInfo = {
  ...{ id: 'own', digest: 'd', weights: 'model.onnx', architecture: 'bert', contextLength: 64 },
  ...{ method: 'full', base: { id: 'letters', digest: 'l' } },
};

interface Connected {
  readonly model?: TreeInput<ModelRef>;
  readonly trained?: TreeInput<CrossEncoderInfo>;
}

async function rank(
  params: Partial<Params>,
  rows = [row],
  { model, trained, ...base }: RunContext & Connected = testContext(),
) {
  const ctx = testContext({
    ...base,
    backends: {
      ...base.backends,
      embedder: () => Promise.resolve(letters),
      crossEncoder: (name) =>
        Promise.resolve({
          model: typeof name === 'string' ? 'reverse' : name.info.id,
          device: 'cpu',
          score(_query, passages) {
            scored.push(...passages);
            return Promise.resolve(passages.map((_, at) => at));
          },
        }),
    },
  });
  const [result] = await runAll(run, rows, {
    ctx,
    inputs: { hits: rowsInput(rows), model, trained },
    params: rerank.params.parse(params),
  });
  return result?.hits ?? [];
}

it('takes the mean of the best cosines', () => {
  const vectors = (...values: number[]) => ({
    tokens: values.length / 2,
    vectors: Float32Array.from(values),
  });
  expect(maxSim(vectors(1, 0, 0, 1), vectors(1, 0, 0.6, 0.8), 2)).toBeCloseTo((1 + 0.8) / 2, 6);
  expect(maxSim(vectors(1, 0), vectors(), 2)).toBe(-1);
});

it('fuses late interaction with the incoming order and keeps the parts', async () => {
  const hits = await rank({});
  // MaxSim alone: b, then a and c level, then d. With the incoming order: a at 1 and 2, b at 3 and 1.
  expect(hits.map(({ chunk }) => chunk.text)).toEqual(['a', 'b', 'c', 'd']);
  expect(hits.map((each) => each.rank)).toEqual([1, 2, 3, 4]);
  expect(hits[0]?.score).toBeCloseTo(1 / 61 + 1 / 62, 12);
  expect(hits[1]?.score).toBeCloseTo(1 / 63 + 1 / 61, 12);
  expect(hits[1]?.scores).toEqual({ rrf: 1 / 3, rerank: expect.closeTo(1, 6) });
});

it('computes the token vectors of a chunk once, however many questions it is a hit of, and in later runs not again', async () => {
  asked.length = 0;
  const ctx = testContext();
  const other = { ...row, id: 'r', question: { id: 'r', question: 'bc' } };
  const first = await rank({}, [row, other], ctx);
  expect([...asked].sort()).toEqual(['a', 'b', 'bc', 'c', 'd']);
  asked.length = 0;
  expect(await rank({ weight: 1 }, [row, other], ctx)).toEqual(first);
  expect(asked).toEqual([]);
});

it('keeps the incoming order at weight 0, and follows late interaction at a high one', async () => {
  expect((await rank({ weight: 0 })).map(({ chunk }) => chunk.text).join('')).toBe('acbd');
  expect((await rank({ weight: 10 }))[0]?.chunk.text).toBe('b');
});

it('orders by the cross-encoder alone, and keeps the top', async () => {
  const hits = await rank({ method: 'cross-encoder', top: 2 });
  expect(hits.map(({ chunk, score }) => [chunk.text, score])).toEqual([
    ['d', 3],
    ['b', 2],
  ]);
});

it('fuses the order of a cross-encoder that was trained, or follows it alone, and asks for one', async () => {
  const connected = () => ({ ...testContext(), trained: treeInput(own, 'folder') });
  const fused = await rank({ method: 'trained' }, [row], connected());
  // Its order is the incoming one reversed: ranks 1 and 4 are level, and before 2 and 3.
  expect(fused.map(({ chunk }) => chunk.text)).toEqual(['a', 'd', 'c', 'b']);
  expect(fused[0]?.score).toBeCloseTo(1 / 61 + 1 / 64, 12);
  expect(fused[0]?.scores.rerank).toBe(0);
  const followed = await rank({ method: 'trained', weight: 10 }, [row], connected());
  expect(followed.map(({ chunk }) => chunk.text)).toEqual(['d', 'b', 'c', 'a']);
  await expect(rank({ method: 'trained' })).rejects.toMatchObject({
    ...{ code: 'bad-input', location: { port: 'trained' } },
  });
  const params = rerank.params.parse({ method: 'trained' });
  expect(rerank.sources?.(params)).toEqual([]);
  expect(rerank.check?.(params, {}, () => undefined)).toEqual([
    { port: 'trained', message: expect.stringContaining('Connect Train reranker') },
  ]);
  expect(rerank.check?.(params, { trained: {} }, () => undefined)).toEqual([]);
});

it('asks a cross-encoder that was trained for the text that it has learned from, with its context', async () => {
  const [first = hit(1, 'a')] = row.hits;
  const within = { ...row, hits: [{ ...first, chunk: { ...first.chunk, context: 'Kilns' } }] };
  scored.length = 0;
  await rank({ method: 'trained' }, [within], { ...testContext(), trained: treeInput(own, 'x') });
  await rank({ method: 'cross-encoder' }, [within]);
  expect(scored).toEqual([searchedText(within.hits[0]?.chunk ?? first.chunk), 'a']);
  expect(scored[0]).toMatch(/^Kilns\s+a$/);
});

describe('quality', () => {
  const prose = 'The eastern kiln is lit at twenty to six by whoever has the night watch.';
  const menu = 'Home | Kilns | Prices | Contact';
  const page = (path: string, text: string, metadata: Hit['chunk']['metadata'] = {}): Hit => {
    const one = hit(1, path);
    return { ...one, chunk: { ...one.chunk, text, metadata } };
  };
  const weigh = async (
    hits: readonly Hit[],
    params: Partial<Params>,
    sources: RunContext['sources'] = [],
  ): Promise<Hit[]> => {
    const list = { ...row, hits: hits.map((one, at) => ({ ...one, rank: at + 1 })) };
    const settings = { method: 'none', quality: 0.5, words: 10, today: '2026-11-01' } as const;
    return rank({ ...settings, ...params }, [list], testContext({ sources }));
  };
  const only = (part: 'length' | 'content' | 'trust' | 'freshness') => ({
    ...{ lengthWeight: 0, contentWeight: 0, trustWeight: 0, freshnessWeight: 0 },
    [`${part}Weight`]: 1,
  });
  const paths = (hits: readonly Hit[]) => hits.map(({ chunk }) => chunk.source.path).join(' ');

  it('puts what is thin, boilerplate, not trusted, or old behind what is not', async () => {
    const good = page('good', prose, { date: '2026-10-01' });
    const worse = {
      length: page('thin', 'Lit early.', { date: '2026-10-01' }),
      content: page('menu', `${menu}\n${prose}\n${menu}\n© 2019 The Pottery`),
      trust: page('forum/kiln', prose),
      freshness: page('old', prose, { date: '2022-10-01' }),
    };
    for (const part of ['length', 'content', 'trust', 'freshness'] as const) {
      const bad = worse[part];
      const params = { ...only(part), trust: { '**': 1, 'forum/**': 0.1 } };
      const [first, second] = await weigh([bad, good], params);
      expect(first?.chunk.source.path, part).toBe('good');
      expect(second?.scores[part], part).toBeLessThan(0.6);
      expect(second?.scores.quality, part).toBeCloseTo(0.5 + (second?.scores[part] ?? 0) / 2, 12);
      expect(await weigh([bad, good], { ...params, quality: 0 }).then(paths)).toMatch(/ good$/);
    }
  });

  it('shows its parts, and takes that share off the topic', async () => {
    const [, second] = await weigh(
      [page('a', prose), page('b', 'Lit early at six.', { date: '2025-11-01' })],
      { quality: 0.4 },
    );
    // Four words of ten, all content, trusted, a year old.
    const quality = (1 - 0.4 * 0.6) * (1 - 0.4 * 0.5);
    expect(second?.scores).toEqual({
      ...{ rrf: 1, topic: expect.closeTo(61 / 62, 12) },
      ...{ length: 0.4, content: 1, trust: 1, freshness: expect.closeTo(0.5, 12) },
      quality: expect.closeTo(quality, 12),
    });
    expect(second?.score).toBeCloseTo((61 / 62) * quality, 12);
    const menu = page('b', 'Lit early at six.\nHome | Kilns | Prices');
    const [, half] = await weigh([page('a', prose), menu], { quality: 0.4, lengthWeight: 0.5 });
    // Its menu makes it no longer.
    expect(half?.scores).toMatchObject({ length: 0.4, content: 4 / 7 });
    expect(half?.scores.quality).toBeCloseTo((1 - 0.2 * 0.6) * (1 - 0.4 * (3 / 7)), 12);
  });

  it('does not lose the only one that answers to better ones beside the point', async () => {
    const thin = page('only', 'Room 14.');
    const near = (one: Hit, dense: number): Hit => ({ ...one, scores: { dense } });
    const beside = [page('b', prose), page('c', prose)];
    const far = await weigh([near(thin, 0.8), ...beside.map((one) => near(one, 0.3))], {});
    expect(paths(far)).toBe('only b c');
    expect(far[1]?.scores.topic).toBeCloseTo((61 / 62) * (0.3 / 0.8), 12);
    const close = await weigh([near(thin, 0.8), ...beside.map((one) => near(one, 0.75))], {});
    expect(paths(close)).toBe('b c only');
    // What only words have found is as far as the farthest.
    const worded = await weigh(
      [near(thin, 0.8), page('b', prose), near(page('c', prose), 0.3)],
      {},
    );
    expect(worded.find(({ chunk }) => chunk.source.path === 'b')?.scores.topic).toBeCloseTo(
      (61 / 62) * (0.3 / 0.8),
      12,
    );
  });

  it('weighs the fused order of late interaction and the scores of a cross-encoder', async () => {
    const hits = ['a', 'c', 'b', 'd'].map((text) => page(text, text));
    const late = await weigh(hits, { method: 'late-interaction', ...only('trust') });
    // A letter away is half a radian: the nearest is b itself.
    expect(late.map(({ chunk }) => chunk.text).join('')).toBe('bacd');
    expect(late[0]?.scores.topic).toBeCloseTo((1 / 63 + 1 / 61) / (2 / 61), 12);
    expect(late[1]?.scores.topic).toBeCloseTo(((1 / 61 + 1 / 62) / (2 / 61)) * Math.cos(0.5), 6);
    const params = { method: 'cross-encoder', trust: { d: 0 }, ...only('trust') } as const;
    const scored = await weigh(hits, params);
    expect(scored.map(({ chunk }) => chunk.text).join('')).toBe('bcad');
    expect(scored[0]?.scores).toMatchObject({ rerank: 2, quality: 1 });
    // The nearest is d, at 3.
    const nearness = (1 + Math.exp(-3)) / (1 + Math.exp(-2));
    expect(scored[0]?.scores.topic).toBeCloseTo((61 / 62) * nearness, 12);
  });

  it('takes the scores of a trained one for what a softmax over the list makes of them', async () => {
    const list = {
      ...row,
      hits: ['a', 'c'].map((text, at) => ({ ...page(text, text), rank: at + 1 })),
    };
    const params = { method: 'trained', quality: 0.5, weight: 10, ...only('trust') } as const;
    const connected = { ...testContext(), trained: treeInput(own, 'folder') };
    const [best, other] = await rank(params, [list], connected);
    // It gives them 0 and 1.
    expect([best?.chunk.text, other?.chunk.text]).toEqual(['c', 'a']);
    const share = (at: number, place: number): number =>
      (1 / (60 + at) + 10 / (60 + place)) / (11 / 61);
    expect(best?.scores.topic).toBeCloseTo(share(2, 1), 12);
    expect(other?.scores.topic).toBeCloseTo(share(1, 2) / Math.E, 12);
  });

  it('takes the day of the run where none is given, once a day', async () => {
    const params = (some: object) => rerank.params.parse(some);
    const clock = { kind: 'clock', hours: 24, param: 'today' };
    expect(rerank.sources?.(params({ quality: 1, method: 'none' }))).toEqual([clock]);
    for (const some of [{ today: '2026-11-01' }, { freshnessWeight: 0 }, { quality: 0 }]) {
      expect(rerank.sources?.(params({ quality: 1, method: 'none', ...some }))).toEqual([]);
    }
    for (const today of ['soon', '2026-13-01', '2026-02-30', '2026-00-10']) {
      expect(rerank.params.safeParse({ today }).success, today).toBe(false);
    }
    expect(rerank.params.safeParse({ today: '2028-02-29' }).success).toBe(true);
    const since = '2025-10-31T00:00:00.000Z';
    const [one] = await weigh([page('a', prose, { date: '2024-10-31' })], { today: '' }, [
      { kind: 'clock', param: 'today', since },
    ]);
    expect(one?.scores.freshness).toBeCloseTo(0.5, 12);
  });
});

it('leaves the order, and cuts it, where nothing is asked', async () => {
  const hits = await rank({ method: 'none', top: 2 });
  expect(hits).toEqual(row.hits.slice(0, 2).map((one) => ({ ...one, before: one.rank })));
});

describe('language-model', () => {
  const small = treeInput(
    modelSchema.parse({
      ...{ id: 'small', digest: 'd', architecture: 'llama', format: 'gguf', contextLength: 512 },
    }),
  );
  const prompts: string[] = [];
  const log: string[] = [];
  /** Leans the more to yes, the later in the alphabet. */
  const leaning = (): RunContext & { model: TreeInput<ModelRef> } => {
    const base = testContext();
    const loaded: Partial<LanguageModel> = {
      ...{ model: 'small', parallel: 2 },
      likelihoods({ prompt }) {
        prompts.push(prompt);
        if (prompt.includes('too long')) throw new GraphError('bad-input', 'it has 9000 tokens');
        const yes = ((/Passage:\n(.)/.exec(prompt)?.[1] ?? 'a').charCodeAt(0) - 96) / 10;
        const shares = [yes / 2, yes / 2, (1 - yes) / 2, (1 - yes) / 2];
        const likelihoods = shares.map((one) => ({ logProbability: Math.log(one), tokens: 1 }));
        return Promise.resolve({ likelihoods, promptTokens: 9 });
      },
    };
    return {
      ...base,
      model: small,
      log: (_level, message) => log.push(message),
      models: {
        ...base.models,
        facts: () => ({
          ...{ id: 'small', title: 'Small', kind: 'language-model', digest: 'd', size: 1 },
          ...{ architecture: 'llama', format: 'gguf', contextLength: 512, parameters: 135e6 },
        }),
      },
      backends: { ...base.backends, languageModel: () => Promise.resolve(loaded as LanguageModel) },
    };
  };

  it('fuses the order by the probability of yes with the incoming one', async () => {
    const hits = await rank({ method: 'language-model' }, [row], leaning());
    // By yes d, c, b, a; as they came a, c, b, d.
    expect(hits.map(({ chunk, scores }) => [chunk.text, scores.rerank])).toEqual([
      ...[
        ['c', expect.closeTo(0.3, 9)],
        ['a', expect.closeTo(0.1, 9)],
      ],
      ...[
        ['d', expect.closeTo(0.4, 9)],
        ['b', expect.closeTo(0.2, 9)],
      ],
    ]);
    expect(hits[0]?.score).toBeCloseTo(2 / 62, 12);
    expect(prompts).toHaveLength(4);
    expect(prompts.join()).toContain('Passage:\nd\n\nQuestion: b\n');
    expect(log).toEqual([expect.stringMatching(/^"small" is a model of 135 million parameters/)]);
  });

  it('fails alone the question of a chunk that does not fit', async () => {
    const long = { ...row, id: 'long', hits: [hit(1, 'a'), hit(2, 'too long')] };
    expect(await rank({ method: 'language-model' }, [long, row], leaning())).toHaveLength(4);
  });

  it('asks for a model, and says so before it runs', async () => {
    await expect(rank({ method: 'language-model' })).rejects.toMatchObject({
      ...{ code: 'missing-input', location: { port: 'model' } },
    });
    const check = (params: object) =>
      rerank.check?.(rerank.params.parse(params), {}, () => undefined);
    expect(check({ method: 'language-model' })).toMatchObject([{ port: 'model' }]);
    expect(check({})).toEqual([]);
  });
});

it('asks only for the model that its method uses', () => {
  const sources = (params: object) => rerank.sources?.(rerank.params.parse(params));
  expect(sources({})).toEqual([{ kind: 'model', id: 'all-MiniLM-L6-v2', param: 'embedder' }]);
  expect(sources({ method: 'cross-encoder' })).toEqual([
    { kind: 'model', id: 'ms-marco-MiniLM-L6-v2', param: 'model' },
  ]);
});
