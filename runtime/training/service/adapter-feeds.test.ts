import path from 'node:path';
import type { AdapterInfo } from '@graft/graph';
import { expect, it } from 'vitest';
import { adapterInfo, adapterBase } from '../adapters/adapter-folder.ts';
import { readPeftAdapter } from '../adapters/peft.ts';
import { openBaseModel } from '../architectures/base-model.ts';
import { buildEvaluationProgram } from '../architectures/training-program.ts';
import { batchFeeds, fixture, goldenShape, readGolden, readTensors } from '../testing/golden.ts';
import { difference } from '../testing/measure.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { adapterFeeds } from './adapter-feeds.ts';

const { signal } = new AbortController();

async function infoOf(folder: string, family: string): Promise<AdapterInfo> {
  const { config } = await openBaseModel(fixture(family));
  const base = adapterBase({ id: family, digest: 'd' }, config);
  return adapterInfo(await readPeftAdapter(folder), base, { id: path.basename(folder), signal });
}

// Made by PEFT with rank_pattern, alpha_pattern and DoRA, of which the first two were refused as of several ranks.
it.each(['llama-biased-dora-patterns', 'llama-biased-patterns'])(
  'gives the logits of PEFT with ranks and alphas by module: %s',
  async (name) => {
    const base = await openBaseModel(fixture('llama-biased'));
    const folder = fixture(name, 'adapter');
    const adapter = { path: folder, info: await infoOf(folder, 'llama-biased'), weight: 1 };
    const { lora, feeds } = await adapterFeeds(base.config, [adapter], signal);
    const program = buildEvaluationProgram(base, {
      ...goldenShape,
      ...(lora === undefined ? {} : { lora }),
    });
    const executor = await onnxExecutor({ device: 'cpu', threads: 1 });
    await using executable = await executor.compile(program, base.weights);
    const [batch] = (await readGolden(name)).batches;
    if (batch === undefined) throw new Error('no batch');
    const { logits } = await executable.run({ ...batchFeeds(batch), ...feeds });
    const expected = (await readTensors(fixture(name, 'golden.safetensors'))).get('logits');
    expect(difference(logits, expected)).toBeLessThan(1e-4);
  },
);
