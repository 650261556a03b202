/** `npx tsx testing/family-figures.ts` measures every family against transformers, PEFT and llama.cpp, and writes proved.json. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onnxExecutor } from '../onnx/executor.ts';
import { aboveBars, familyNames, type Comparison, type Differences } from './families.ts';
import { FamilyCase } from './family-case.ts';
import { fixture } from './golden.ts';
import { LlamaCpp } from './llama-cpp.ts';
import { roundedUp } from './measure.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'graft-families-'));
const executor = await onnxExecutor({ device: 'cpu', threads: 1 });
const measured: Record<string, Partial<Record<Comparison, Differences>>> = {};
await using llama = await LlamaCpp.onCpu();
for (const name of familyNames) {
  const family = await FamilyCase.open(name);
  const found = {
    forward: await family.forward(executor),
    lora: await family.lora(executor),
    quantised: await family.quantised(executor),
    allWeights: await family.allWeights(executor),
    peft: await family.peft(path.join(folder, name)),
    llamaCpp: await family.llamaCpp(llama, folder),
  };
  console.log(name, JSON.stringify(found));
  for (const [comparison, differences] of Object.entries(found)) {
    const failures = aboveBars(name, differences);
    if (failures.length > 0) console.error(`Left out: ${comparison} of ${failures.join(', ')}`);
    else measured[name] = { ...measured[name], [comparison]: differences };
  }
}
await rm(folder, { recursive: true });

const target = fixture('families', 'proved.json');
await writeFile(
  target,
  `${JSON.stringify(measured, (_, value: unknown) => roundedUp(value), 2)}\n`,
);
