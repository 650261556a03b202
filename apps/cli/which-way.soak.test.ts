import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { serializeGraph, type Material } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { provideNodeTypes, startsFor } from '@graft/view';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { graftEntry, temporaryFolder } from './testing/graft-process.ts';
import { finishOf } from './testing/search-workspace.ts';

const file = 'which-way.graft.json';
const colours = ['amber', 'blue', 'copper', 'green', 'ochre', 'pearl', 'rose', 'slate'];
const asked = colours.slice(0, 4).map((colour, at) => ({
  ...{ question: `Where is the ${colour} glaze?`, reference: `shelf ${String(at)}` },
}));
const learned = colours.slice(4).map((colour, at) => ({
  ...{ question: `Where is the ${colour} glaze?`, answer: `On shelf ${String(at + 4)}.` },
}));
const material: Material = {
  documents: [{ folder: '', ending: 'md', count: 1 }],
  tables: [
    { path: 'asked.jsonl', rows: 4, columns: ['question', 'reference'], head: asked },
    { path: 'learned.jsonl', rows: 4, columns: ['question', 'answer'], head: learned },
  ],
};

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  provideNodeTypes(registry);
  const lay = startsFor(material).find(({ id }) => id === 'which-way')?.lay;
  if (lay === undefined) throw new Error('The start is not offered.');
  const lines = (rows: readonly object[]): string =>
    rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const shelves = colours.map((colour, at) => `The ${colour} glaze is on shelf ${String(at)}.`);
  await writeFile(path.join(folder, 'glazes.md'), `# Glazes\n\n${shelves.join('\n\n')}\n`);
  await writeFile(path.join(folder, 'asked.jsonl'), lines(asked));
  await writeFile(path.join(folder, 'learned.jsonl'), lines(learned));
  await writeFile(path.join(folder, file), serializeGraph(lay()));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Kills the comparison once that many ways have ended. */
async function killAfter(ways: number): Promise<void> {
  const child = spawn(process.execPath, [graftEntry, 'experiment', file, 'which-way', '--json'], {
    ...{ cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] },
  });
  const closed = once(child, 'close');
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stdout.split('"variant.finished"').length > ways) child.kill('SIGKILL');
  });
  expect(await closed).toEqual([null, 'SIGKILL']);
}

it('asks all six ways on real models, and goes on after two kills', async () => {
  await killAfter(1);
  await killAfter(3);
  const run = await graft(['experiment', file, 'which-way', '--json'], { cwd: folder });
  expect([run.code, run.stderr]).toEqual([0, expect.any(String)]);
  const { table } = finishOf(run);
  expect(table.rows.map(({ variant }) => variant)).toEqual([
    ...['Base model alone', 'Retrieval', 'LoRA', 'LoRA and retrieval'],
    ...['LoRA trained on retrieved prompts', 'Full fine-tuning'],
  ]);
  expect(table.rows.map(({ cells, problem }) => [cells[0]?.n, problem])).toEqual(
    table.rows.map(() => [4, undefined]),
  );
  expect(table.recommendation).toMatchObject({ none: 'too few', n: 4 });
  // What ended before the kills was not computed again.
  const [base] = table.rows;
  expect(base?.cost.reused).toBe(base?.cost.steps);
}, 600_000);
