import { expect, it } from 'vitest';
import { onnxExecutor } from '../onnx/executor.ts';
import { comparisons, familyNames, provedOf } from '../testing/families.ts';
import { familyContract } from '../testing/family-contract.ts';

// families.integration.test.ts compares with llama.cpp, families.soak.test.ts everything on every executor. Gradients of
// LoRA on quantised weights take what they take on others.

const executor = await onnxExecutor({ device: 'cpu', threads: 1 });

familyContract({
  forward: (family) => family.forward(executor),
  quantised: (family) => family.quantised(executor),
  allWeights: (family) => family.allWeights(executor),
  peft: (family, folder) => family.peft(folder),
});

it.each(familyNames)('the table of families claims every comparison of %s', (name) => {
  expect(Object.keys(provedOf(name))).toEqual(comparisons);
});
