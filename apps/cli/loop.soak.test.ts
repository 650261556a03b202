import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEventSchema, type RunEvent } from '@graft/graph';
import { graft } from './testing/graft-command.ts';
import { graftEntry, temporaryFolder } from './testing/graft-process.ts';

const file = 'again.graft.json';
const timeout = 240_000;
const rounds = 4;
const node = (type: string, params: object = {}): object => ({ type, version: 1, params });

/** Questions that no answer is right for, so that every round asks all of them again. */
const asked = ['What does a vase cost?', 'Who fires the kiln?', 'When is tea?'];

/** Asks a real model again what it answered wrongly, each round with another seed. */
const graphText = (limit: number): string =>
  JSON.stringify({
    graft: 1,
    nodes: {
      ask: node('questions', { paths: ['questions.jsonl'] }),
      model: node('base-model'),
      again: node('repeat', { use: '#try', while: 'open', limit, collect: ['answers', 'settled'] }),
      score: node('evaluate'),
    },
    edges: [
      'ask.questions -> again.open',
      'model.model -> again.model',
      'again.answers -> score.answers',
    ],
    graphs: {
      try: {
        nodes: {
          in: node('input', { name: 'open' }),
          model: node('input', { name: 'model', type: 'model' }),
          prompt: node('prompt'),
          generate: node('generate', { maxTokens: 8, temperature: 0.9 }),
          part: node('part-answers'),
          open: node('output', { name: 'open' }),
          settled: node('output', { name: 'settled' }),
          answers: node('output', { name: 'answers' }),
        },
        edges: [
          'in.value -> prompt.questions',
          'prompt.prompts -> generate.prompts',
          'model.value -> generate.model',
          'generate.answers -> part.answers',
          'generate.answers -> answers.value',
          'part.open -> open.value',
          'part.settled -> settled.value',
        ],
        expose: { round: 'generate.seed' },
      },
    },
  });

describe.skipIf(process.platform === 'win32')('a loop on a real model', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await writeFile(path.join(folder, file), graphText(rounds));
    await writeQuestions(asked);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function writeQuestions(questions: readonly string[]): Promise<void> {
    const rows = questions.map((question, i) =>
      JSON.stringify({ id: `q${String(i)}`, question, reference: 'xylozzqua 7391' }),
    );
    return writeFile(path.join(folder, 'questions.jsonl'), `${rows.join('\n')}\n`);
  }

  const eventsOf = (stdout: string): RunEvent[] =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => runEventSchema.parse(JSON.parse(line)));

  async function run() {
    const { code, stdout, stderr } = await graft(['run', file, '--json'], { cwd: folder });
    expect(code, stderr).toBe(0);
    const events = eventsOf(stdout);
    const steps = events.flatMap((event) => (event.type === 'step.finished' ? event.step : []));
    return { events, stderr, steps: new Map(steps.map((step) => [step.node, step])) };
  }

  it(
    'says what a plan knows of it, and goes on in the round in which it was killed',
    async () => {
      const plan = await graft(['plan', file], { cwd: folder });
      expect(plan.stdout).toMatch(/again +repeat .* up to 4 rounds\n/);
      expect(plan.code, plan.stderr).toBe(0);

      const child = spawn(process.execPath, [graftEntry, 'run', file, '--json'], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const closed = once(child, 'close');
      let events = '';
      for await (const data of child.stdout.setEncoding('utf8')) {
        events += String(data);
        const third =
          /"step.started","node":"again#3\/generate"|"node":"again#3\/generate"[^\n]*"device"/;
        if (third.test(events)) break;
      }
      child.kill('SIGKILL');
      await closed;

      const resumed = await run();
      const status = (id: string): string | undefined => resumed.steps.get(id)?.status;
      for (const id of ['ask', 'again#1/generate', 'again#1/part', 'again#2/generate']) {
        expect(status(id), id).toBe('cached');
      }
      for (const round of ['3', '4']) {
        expect(status(`again#${round}/generate`)).toBe('succeeded');
      }
      expect(resumed.stderr).toContain('round 4 of at most 4');
      expect(resumed.stderr).toContain(
        'The loop reached its limit of 4 rounds: 3 rows of "open" are left.',
      );
      // The answers of the last round stand, one for each question.
      expect(resumed.steps.get('again')?.outputs['answers']?.count).toBe(3);
      expect(resumed.steps.get('again')?.outputs['settled']?.count).toBe(0);

      const again = await run();
      expect([...again.steps.values()].filter((step) => step.status !== 'cached')).toEqual([]);
      const after = await graft(['plan', file], { cwd: folder });
      expect(after.stdout).toMatch(/\d+ reused, 0 to run/);

      await writeQuestions(asked.with(1, 'Who lights the kiln?'));
      const edited = await run();
      for (let round = 1; round <= rounds; round++) {
        const id = `again#${String(round)}/generate`;
        expect(edited.steps.get(id)?.items, id).toEqual({
          ...{ total: 3, computed: 1, reused: 2, failed: 0 },
        });
      }
      const started = edited.events[0];
      const why = await graft(['why', started?.runId ?? '', 'again#2/generate'], { cwd: folder });
      expect(why.stdout).toContain('again#2/generate (generate) succeeded');
      expect(why.stdout).toContain('input.prompts');
    },
    timeout,
  );

  it('refuses what cannot go round, at its place', async () => {
    const text = graphText(rounds).replace('"name":"open"}}', '"name":"other"}}');
    await writeFile(path.join(folder, 'bad.graft.json'), text);
    const { code, stderr } = await graft(['validate', 'bad.graft.json'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain('node "again"');
  });
});
