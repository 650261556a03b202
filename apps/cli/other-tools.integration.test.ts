import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commit, OtherTools } from '../../runtime/backends/testing/other-tools.ts';
import { languageModelFile } from '../../runtime/backends/testing/real-models.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { graftEntry } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

const questions = ['What is a kiln?', 'What is clay?', 'What is a glaze?', 'What is a vase?'];
const name = 'SmolLM2-135M.gguf';

let tools: OtherTools;
let work: string;

beforeEach(async () => {
  tools = await OtherTools.open();
  work = `${tools.folder}-work`;
  await mkdir(work);
});
afterEach(async () => {
  await tools[Symbol.asyncDispose]();
  await rm(work, { recursive: true, force: true });
});

const here = () => ({
  cwd: work,
  env: { ...tools.environment, GRAFT_MODELS: path.join(work, 'models') },
});
const models = async (...args: string[]) => graft(['models', ...args], here());

/** The small model in each tool's folder: what a graph calls it, how its tool gets it back, and its file there. */
const kept = {
  Ollama: {
    ...{ id: 'ollama:smollm2:135m', remedy: 'ollama pull smollm2:135m' },
    put: (file: string) => tools.ollama('smollm2:135m', file, ['template', 'params', 'license']),
  },
  'LM Studio': {
    ...{ id: `lmstudio:publisher/SmolLM2-GGUF/${name}`, remedy: 'lms get' },
    put: (file: string) => tools.lmStudio(`publisher/SmolLM2-GGUF/${name}`, file),
  },
  'Hugging Face cache': {
    ...{ id: `hf:o/SmolLM2-GGUF@${commit}/${name}`, remedy: 'graft models pull hf:o/SmolLM2-GGUF' },
    put: (file: string) => tools.hub('o/SmolLM2-GGUF', name, file),
  },
  'llama.cpp': {
    ...{ id: `llama.cpp/${name}`, remedy: 'Put the file back' },
    put: (file: string) => tools.llamaCpp(name, file),
  },
};
const tool = Object.keys(kept).filter((each): each is keyof typeof kept => each in kept);

/** Puts a copy of the real model there, and writes a graph that asks it; gives its id and file. */
async function keep(where: keyof typeof kept, maxTokens: number): Promise<[string, string]> {
  const copy = path.join(work, name);
  await copyFile((await languageModelFile()).path, copy);
  const file = await kept[where].put(copy);
  await rm(copy);
  const id = where === 'llama.cpp' ? `file:${file}` : kept[where].id;
  const text = graphText(
    {
      ask: ['questions', { questions: questions.join('\n') }],
      prompt: ['prompt'],
      model: ['base-model', { model: id }],
      generate: ['generate', { maxTokens, parallel: 1, encoding: 'as-published' }],
    },
    [
      ...['ask.questions -> prompt.questions', 'prompt.prompts -> generate.prompts'],
      'model.model -> generate.model',
    ],
  );
  await writeFile(path.join(work, 'ask.graft.json'), text);
  return [id, file];
}

describe.each(tool)('the small model of %s', (where) => {
  it('is listed and answers where it is, and nothing there is changed', async () => {
    const [id, file] = await keep(where, 4);
    const before = await tools.state();
    const listed = await models('ls');
    expect(listed.stdout).toContain(`in ${where}`);
    expect(listed.stdout.split('\n').filter((line) => line.startsWith(id))).toHaveLength(1);
    const run = await graft(['run', 'ask.graft.json'], here());
    expect(run).toMatchObject({ code: 0 });
    // Its digest is known by now: nothing is computed again.
    const plan = await graft(['plan', 'ask.graft.json'], here());
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.stdout).toMatch(/generate.*reuse/);
    expect((await models('info', id)).stdout).toMatch(/digest +[0-9a-f]{64}/);
    const refused = await models('rm', id);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`${where} keeps the model`);
    expect(await tools.state()).toEqual(before);
    await rm(file);
    const gone = await graft(['run', 'ask.graft.json', '--set', 'generate.maxTokens=5'], here());
    expect(gone.code).not.toBe(0);
    expect(gone.stderr).toContain(kept[where].remedy);
  });

  it('whose file is deleted in mid-run ends the run with what is gone and how to get it back', async () => {
    const [, file] = await keep(where, 24);
    const child = spawn(process.execPath, [graftEntry, 'run', 'ask.graft.json', '--json'], {
      ...{ cwd: work, env: { ...process.env, ...here().env } },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let told = '';
    const token = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        told += text;
        if (told.includes('"step.token"')) resolve();
      });
    });
    const closed = once(child, 'close');
    await token;
    await rm(file);
    const [code] = await closed;
    expect(told).toContain('"run.finished"');
    if (code === 0) return;
    expect(told).toContain('is gone');
    expect(told).toContain(`${tools.folder}/`);
    expect(told).toContain(kept[where].remedy);
  });
});
