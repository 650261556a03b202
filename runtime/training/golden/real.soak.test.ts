import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LlamaCpp } from '../testing/llama-cpp.ts';
import { measureReal, realWeights, type RealFigures } from '../testing/real-case.ts';
import { realBars, realModel } from '../testing/real-model.ts';

const weights = await realWeights();

describe.skipIf(weights === undefined)(`${realModel.title} (skipped: no weights)`, () => {
  let folder: string;
  let figures: RealFigures;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'graft-real-'));
    await symlink(weights ?? '', path.join(folder, realModel.file));
    await using llama = await LlamaCpp.onCpu();
    figures = await measureReal(path.join(folder, realModel.file), { folder, llama });
  }, 900_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(Object.entries(realBars))('%s differs by at most %d', (name, bar) => {
    expect(Object.entries(figures).find(([key]) => key === name)?.[1]).toBeLessThan(bar);
  });

  it('learned from the rows', () => {
    expect(figures.lastLoss).toBeLessThan(figures.firstLoss / 2);
  });
});
