/**
 * `npx tsx testing/real-figures.ts MODEL.gguf` trains on the real weights, compares with the fixtures of make_real.py, and
 * writes proved.json beside them.
 */
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fixture } from './golden.ts';
import { LlamaCpp } from './llama-cpp.ts';
import { roundedUp } from './measure.ts';
import { measureReal } from './real-case.ts';
import { realBars, realModel } from './real-model.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'graft-real-'));
const file = path.join(folder, realModel.file);
await symlink(path.resolve(process.argv[2] ?? ''), file);
await using llama = await LlamaCpp.onCpu();
const figures = await measureReal(file, { folder, llama });
console.log(JSON.stringify(figures));
const proved = Object.fromEntries(
  Object.entries(figures).filter(([name]) => Object.hasOwn(realBars, name)),
);
await writeFile(
  fixture(realModel.id, 'proved.json'),
  `${JSON.stringify(proved, (_, value: unknown) => roundedUp(value), 2)}\n`,
);
await rm(folder, { recursive: true });
