import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '@graft/graph';
import { afterEach, describe, expect, it } from 'vitest';
import { fleetForm, type FleetPlace } from '../testing/execution/index.ts';
import type { Workspace } from '../workspace.ts';

const form = await fleetForm();
const keepsOn = { keepsRunsOn: true };
const made: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of made.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

async function newPlace(workers: number): Promise<FleetPlace> {
  const place = await form.make(workers);
  made.push({ [Symbol.asyncDispose]: () => place.remove() });
  return place;
}

async function serve(place: FleetPlace): Promise<Workspace> {
  const workspace = await place.open(keepsOn);
  made.push(workspace);
  return workspace;
}

/** The events of a run until one fits; all of them, if none does. */
async function until(
  { runs }: Workspace,
  runId: string,
  fits: (event: RunEvent) => boolean = () => false,
): Promise<RunEvent[]> {
  const seen: RunEvent[] = [];
  for await (const event of runs.events(runId, 0, AbortSignal.timeout(90_000))) {
    seen.push(event);
    if (fits(event)) break;
  }
  return seen;
}

const hasBegun = (event: RunEvent): boolean => event.type === 'step.log' && isBegun(event.message);
const isBegun = (message: string): boolean => message.includes('computes this step');
const isContinued = (event: RunEvent): boolean =>
  event.type === 'step.log' && event.message.includes('Another one continues it');
const endOf = (events: readonly RunEvent[]) => {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  const last = events.at(-1);
  return last?.type === 'run.finished' ? last : undefined;
};
/** The nodes of which an event told, as often as it did. */
const nodesOf = (events: readonly RunEvent[], fits: (event: RunEvent) => boolean): string[] =>
  events.flatMap((event) => (fits(event) && 'node' in event ? event.node : []));

const title = form.missing === undefined ? form.name : `${form.name} (${form.missing})`;

describe.skipIf(form.missing !== undefined)(
  `a run ${title} whose server is killed`,
  { timeout: 180_000 },
  () => {
    it.each([
      ['runs already', { isThere: true }],
      ['starts afterwards', { isThere: false }],
    ])('goes on in another server that %s, and computes no step again', async (_, { isThere }) => {
      const place = await newPlace(2);
      const watching = await place.open();
      made.push(watching);
      const other = isThere ? await serve(place) : undefined;
      const file = join(place.root, 'released');
      const { child, closed, runId } = await place.startServer(7, file, keepsOn);
      await until(watching, runId, ({ type }) => type === 'step.finished');
      child.kill('SIGKILL');
      await closed;
      if (other === undefined) {
        await sleep(3_000);
        // Whoever does not continue runs leaves it.
        expect((await watching.journal.get(runId))?.status).toBe('running');
        await serve(place);
      }
      await until(watching, runId, isContinued);
      await writeFile(file, '');
      const events = await until(watching, runId);
      const end = endOf(events);
      expect(end, JSON.stringify(end?.error)).toMatchObject({ status: 'succeeded' });
      // Each computed step was begun by a worker once.
      const begun = nodesOf(events, hasBegun);
      expect(begun).toHaveLength(new Set(begun).size);
      expect(events.filter(({ type }) => type === 'run.started')).toHaveLength(1);
      await expect
        .poll(() => watching.journal.get(runId))
        .toMatchObject({ status: 'succeeded', takeovers: 1 });
    });

    it('inherits the step that a worker computes', async () => {
      const place = await newPlace(1);
      const workspace = await serve(place);
      const file = join(place.root, 'released');
      const { child, closed, runId } = await place.startServer(0, file, keepsOn);
      await until(workspace, runId, hasBegun);
      child.kill('SIGKILL');
      await closed;
      await until(workspace, runId, isContinued);
      await writeFile(file, '');
      const events = await until(workspace, runId);
      expect(endOf(events)).toMatchObject({ status: 'succeeded' });
      expect(nodesOf(events, hasBegun)).toEqual(['hold']);
    });

    it('is no longer of a server that was stopped and goes on', async () => {
      const place = await newPlace(1);
      const workspace = await serve(place);
      const file = join(place.root, 'released');
      const { child, closed, runId } = await place.startServer(0, file, keepsOn);
      await until(workspace, runId, hasBegun);
      child.kill('SIGSTOP');
      await until(workspace, runId, isContinued);
      child.kill('SIGCONT');
      await closed;
      expect(child.exitCode).toBe(0);
      expect((await workspace.journal.get(runId))?.status).toBe('running');
      await writeFile(file, '');
      const events = await until(workspace, runId);
      expect(endOf(events)).toMatchObject({ status: 'succeeded' });
      expect(nodesOf(events, hasBegun)).toEqual(['hold']);
    });

    it('is cancelled, whoever continues it', async () => {
      const place = await newPlace(1);
      const workspace = await serve(place);
      const { child, closed, runId } = await place.startServer(0, join(place.root, 'no'), keepsOn);
      await until(workspace, runId, hasBegun);
      child.kill('SIGKILL');
      await closed;
      await until(workspace, runId, isContinued);
      expect(await workspace.runs.cancel(runId)).toBe('cancelled');
      expect(endOf(await until(workspace, runId))).toMatchObject({ status: 'cancelled' });
    });

    it('is cancelled while nobody continues it', async () => {
      const place = await newPlace(1);
      const workspace = await place.open();
      made.push(workspace);
      const { child, closed, runId } = await place.startServer(0, join(place.root, 'no'), keepsOn);
      await until(workspace, runId, hasBegun);
      child.kill('SIGKILL');
      await closed;
      expect(await workspace.runs.cancel(runId)).toBe('asked');
      expect(endOf(await until(workspace, runId))).toMatchObject({ status: 'cancelled' });
      await expect.poll(() => workspace.journal.get(runId)).toMatchObject({ status: 'cancelled' });
      // Its step ends on its worker too.
      const held = async () => (await workspace.fleet.look()).workers.flatMap(({ steps }) => steps);
      await expect.poll(held, { timeout: 5_000 }).toEqual([]);
    });

    it('fails where a command ran it', async () => {
      const place = await newPlace(1);
      const workspace = await serve(place);
      const { child, closed, runId } = await place.startServer(0, join(place.root, 'no'));
      await until(workspace, runId, hasBegun);
      child.kill('SIGKILL');
      await closed;
      expect(endOf(await until(workspace, runId))).toMatchObject({
        status: 'failed',
        error: { code: 'worker-died' },
      });
    });

    it('fails once three servers ended with it', async () => {
      const place = await newPlace(1);
      const watching = await place.open();
      made.push(watching);
      const first = await place.startServer(0, join(place.root, 'no'), keepsOn);
      const { runId } = first;
      await until(watching, runId, hasBegun);
      for (let { child, closed } = first, takeovers = 1; takeovers <= 3; takeovers += 1) {
        child.kill('SIGKILL');
        await closed;
        if (takeovers === 3) break;
        ({ child, closed } = await place.startServer(0, join(place.root, 'another'), keepsOn));
        await expect.poll(() => watching.journal.get(runId)).toMatchObject({ takeovers });
      }
      expect(endOf(await until(watching, runId))).toMatchObject({
        status: 'failed',
        error: { code: 'worker-died', message: expect.stringContaining('3 processes ended') },
      });
    });
  },
);
