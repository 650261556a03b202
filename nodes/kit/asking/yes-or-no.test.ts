import { ItemFailure, type LanguageModel } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { modelInput } from '../testing/leaning-model.ts';
import { testContext } from '../testing/test-context.ts';
import { drafts } from './drafts.ts';
import { leanings } from './yes-or-no.ts';

const asked = { model: modelInput, context: 100, parallel: 1 };

function contextOf(model: Partial<LanguageModel>) {
  const { backends } = testContext();
  const loaded = { model: 'small', parallel: 1, ...model } as LanguageModel;
  return testContext({
    backends: { ...backends, languageModel: () => Promise.resolve(loaded) },
  });
}

describe('how far a model leans to yes', () => {
  const lean = async (yes: number, no: number) => {
    const ctx = contextOf({
      likelihoods: ({ choices }) =>
        Promise.resolve({
          promptTokens: 3,
          likelihoods: choices.map((choice) => ({
            ...{ tokens: 1, logProbability: /^yes$/i.test(choice) ? yes : no },
          })),
        }),
    });
    const [leaning] = await leanings(ctx, [{ about: 'it', system: '', prompt: 'so?' }], asked);
    return leaning;
  };

  it('is told however improbable both are', async () => {
    expect(await lean(-1, -1)).toMatchObject({ yes: 0.5, either: expect.closeTo(4 / Math.E, 12) });
    for (const less of [0, -400, -800, -1e6]) {
      const yes = Math.log(3) + less - 10;
      expect(await lean(yes, less - 10)).toMatchObject({ yes: expect.closeTo(0.75, 6), tokens: 3 });
    }
    expect(await lean(-900, -Infinity)).toMatchObject({ yes: 1, either: 0 });
    expect(await lean(-Infinity, -900)).toMatchObject({ yes: 0, either: 0 });
  });

  it.each([
    [-Infinity, -Infinity],
    [NaN, NaN],
    [0, NaN],
  ])('cannot be told where it gives both no probability: %s and %s', async (yes, no) => {
    const leaning = await lean(yes, no);
    expect(leaning).toBeInstanceOf(ItemFailure);
    expect(leaning).toMatchObject({ message: expect.stringContaining('both yes and no') });
  });
});

it.each([-Infinity, NaN, -1e9])('a draft of %s is as good as none', async (logProbability) => {
  const ctx = contextOf({
    generate: () =>
      Promise.resolve({
        ...{ text: 'x', promptTokens: 1, reusedTokens: 0, completionTokens: 2 },
        ...{ finishReason: 'stop', logProbability },
      }),
  });
  const given = await drafts(ctx, [{ id: 'a', system: '', prompt: 'so?' }], {
    ...asked,
    maxTokens: 4,
  });
  expect(given).toMatchObject([{ meanLogProbability: -87, completionTokens: 2 }]);
});
