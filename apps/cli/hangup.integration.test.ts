import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runEventSchema } from '@graft/graph';
import { openChatServer } from '../../runtime/backends/testing/chat-server.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { graftEntry, temporaryFolder } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

const file = 'ask.graft.json';
/** The server starts only where the page is built. */
const page = path.resolve(import.meta.dirname, '../web/out');

describe.skipIf(process.platform === 'win32')('a terminal that is closed', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const questions = 'What does a vase cost?';
    await writeFile(path.join(folder, file), graphText({ ask: ['questions', { questions }] }, []));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('cancels the run that was started in it, and the run ends truly', async () => {
    // The model never answers: the run lasts until the signal.
    await using chat = await openChatServer(() => new Promise(() => undefined));
    const nodes = {
      ask: ['questions', { questions: 'What does a vase cost?' }],
      prompt: ['prompt'],
      remote: ['remote-model', { url: chat.url, model: 'kiln-1' }],
      write: ['generate'],
    } as const;
    const edges = [
      ...['ask.questions -> prompt.questions', 'prompt.prompts -> write.prompts'],
      'remote.model -> write.model',
    ];
    await writeFile(path.join(folder, 'waiting.graft.json'), graphText(nodes, edges));
    const child = spawn(process.execPath, [graftEntry, 'run', 'waiting.graft.json', '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(child, 'exit');
    const [line]: unknown[] = await once(child.stdout, 'data');
    const { runId } = runEventSchema.parse(JSON.parse(String(line).split('\n')[0] ?? ''));
    // Nobody reads any more what it says of itself.
    child.stderr.destroy();
    child.kill('SIGHUP');
    expect((await closed)[0]).toBe(130);
    const shown = await graft(['runs', 'show', runId, '--json'], { cwd: folder });
    expect(JSON.parse(shown.stdout)).toMatchObject({ status: 'cancelled' });
  });

  it.skipIf(!existsSync(page))('ends a server in order', async () => {
    const child = spawn(process.execPath, [graftEntry, 'serve', folder, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const closed = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGHUP');
    expect((await closed)[0]).toBe(0);
  });
});

describe('the history of runs', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    for (const questions of ['One?', 'Two?', 'Three?']) {
      await writeFile(
        path.join(folder, file),
        graphText({ ask: ['questions', { questions }] }, []),
      );
      expect((await graft(['run', file], { cwd: folder })).code).toBe(0);
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const ids = async (): Promise<string[]> => {
    const { stdout } = await graft(['runs', 'ls'], { cwd: folder });
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '');
  };

  it('is pruned but for what is pinned and what a node last gave', async () => {
    const [newest = '', middle = '', oldest = ''] = await ids();
    expect((await graft(['runs', 'pin', oldest], { cwd: folder })).code).toBe(0);
    const young = await graft(['runs', 'prune', '--older-than', '1h'], { cwd: folder });
    expect(young.stdout).toBe('Deleted 0 runs.\n');
    const pruned = await graft(['runs', 'prune', '--keep', '1', '--json'], { cwd: folder });
    expect(JSON.parse(pruned.stdout)).toEqual({ deleted: [middle] });
    expect(await ids()).toEqual([newest, oldest]);
    await graft(['runs', 'unpin', oldest], { cwd: folder });
    expect((await graft(['runs', 'prune', '--keep', '0'], { cwd: folder })).stdout).toBe(
      'Deleted 1 run.\n',
    );
    expect(await ids()).toEqual([newest]);
  });

  it('says what it takes, and what became of a wish to cancel', async () => {
    for (const args of [[], ['--keep', 'x'], ['--older-than', 'soon']]) {
      const refused = await graft(['runs', 'prune', ...args], { cwd: folder });
      expect(refused, args.join(' ')).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toMatch(/--keep|--older-than/);
    }
    const [newest = ''] = await ids();
    const late = await graft(['runs', 'cancel', newest], { cwd: folder });
    expect(late).toMatchObject({
      code: 0,
      stdout: `Run ${newest} had already ended: succeeded.\n`,
    });
    expect(await graft(['runs', 'cancel', 'nothing'], { cwd: folder })).toMatchObject({ code: 2 });
  });
});
