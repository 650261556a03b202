import { afterAll, beforeAll } from 'vitest';
import { familyContract } from '../testing/family-contract.ts';
import { LlamaCpp } from '../testing/llama-cpp.ts';

let llama: LlamaCpp;
beforeAll(async () => {
  llama = await LlamaCpp.onCpu();
});
afterAll(async () => {
  await llama[Symbol.asyncDispose]();
});

familyContract({ llamaCpp: (family, folder) => family.llamaCpp(llama, folder) });
