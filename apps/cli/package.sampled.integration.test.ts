import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { graft } from './testing/graft-command.ts';
import { temporaryFolder, type Finished } from './testing/graft-process.ts';

const examples = path.resolve(import.meta.dirname, '../../examples');
const file = 'rag-quickstart.graft.json';
/** No source of models answers. */
const offline = {
  HF_ENDPOINT: 'http://127.0.0.1:9',
  npm_config_registry: 'http://127.0.0.1:9',
  PIP_INDEX_URL: 'http://127.0.0.1:9',
};

const planSchema = z.object({
  reused: z.number(),
  toRun: z.number(),
  nodes: z.array(z.object({ node: z.string(), from: z.string().optional() })),
});
const endSchema = z.object({
  status: z.string(),
  steps: z.array(z.object({ node: z.string(), status: z.string() })),
});

let folder: string;
let anna: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  anna = path.join(folder, 'anna');
  await cp(examples, anna, { recursive: true, filter: (from) => path.basename(from) !== '.graft' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The steps of a run by their status. */
function stepsOf({ stdout }: Finished): Map<string, string> {
  const last = stdout.trim().split('\n').at(-1) ?? '';
  return new Map(endSchema.parse(JSON.parse(last)).steps.map(({ node, status }) => [node, status]));
}

it.runIf(inject('share') === 1)(
  'opens a package with results and models in an empty workspace, without the network',
  async () => {
    // Two of the questions, and a part of the handbook: what is shown is the same.
    const text = await readFile(path.join(anna, file), 'utf8');
    const short = text
      .replace('"paths": ["handbook-questions.jsonl"]', '"limit": 2,\n        $&')
      .replace('"handbook/**/*.md"', '"handbook/kilns/*.md"');
    expect(short).toContain('"limit": 2');
    expect(short).toContain('"handbook/kilns/*.md"');
    await writeFile(path.join(anna, file), short);
    const there = (...args: string[]): Promise<Finished> => graft(args, { cwd: anna });
    expect(await there('run', file)).toMatchObject({ code: 0 });
    const archive = path.join(folder, 'quickstart.graft.zip');
    const packed = await there('pack', file, '--data', '--artifacts', '--models', '--out', archive);
    expect(packed).toMatchObject({ code: 0 });
    expect(packed.stdout).toMatch(/\d+ data files .* packed/);

    const ben = path.join(folder, 'ben');
    await mkdir(ben);
    const env = { ...offline, GRAFT_MODELS: path.join(folder, 'models-of-ben') };
    const here = (...args: string[]): Promise<Finished> => graft(args, { cwd: ben, env });
    const unpacked = await here('unpack', archive);
    expect(unpacked).toMatchObject({ code: 0, stderr: '' });
    expect(unpacked.stdout).toMatch(/11 steps with a result, 0 would run/);

    const plan = planSchema.parse(JSON.parse((await here('plan', file, '--json')).stdout));
    expect(plan).toMatchObject({ reused: 11, toRun: 0 });
    expect(new Set(plan.nodes.map(({ from }) => from))).toEqual(new Set(['rag-quickstart']));
    const brought = await here('packages', 'show', 'rag-quickstart');
    expect(brought.stdout.trim().split('\n')).toHaveLength(11);
    expect(brought.stdout).toMatch(/retriever\/embed +embed +.*embeddings: /);
    // Shown at once: the run that came along, to the letter of its answers.
    const shown = await here('export', 'latest', '--format', 'md', '--out', 'run.md');
    expect(shown).toMatchObject({ code: 0 });
    const again = await here('run', file, '--json');
    expect(new Set(stepsOf(again).values())).toEqual(new Set(['cached']));

    const changed = await here('run', file, '--json', '--set', 'inject-context.top=2');
    expect(changed).toMatchObject({ code: 0 });
    const ran = [...stepsOf(changed)].filter(([, status]) => status === 'succeeded');
    expect(ran.map(([node]) => node).sort()).toEqual(['evaluate', 'generate', 'inject-context']);
  },
);

it('says what is missing, and each way to get it', async () => {
  const archive = path.join(folder, 'graph-only.graft.zip');
  expect(await graft(['pack', file, '--out', archive], { cwd: anna })).toMatchObject({ code: 0 });
  const cara = path.join(folder, 'cara');
  await mkdir(cara);
  const env = { ...offline, GRAFT_MODELS: path.join(folder, 'models-of-cara') };
  const unpacked = await graft(['unpack', archive], { cwd: cara, env });
  expect(unpacked.code).toBe(0);
  expect(unpacked.stdout).toMatch(/the model "all-MiniLM-L6-v2" \(55\.0 MB\) is neither here/);
  expect(unpacked.stdout).toContain('graft models import PATH');
  expect(unpacked.stderr).toMatch(/node "files", param "paths"/);
  expect(unpacked.stderr).toContain('--data');
});
