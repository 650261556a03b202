import { setTimeout as sleep } from 'node:timers/promises';
import { GraphError } from '@graft/graph';
import { BeatWatch, holderName } from '@graft/kit';
import type { Database } from '@graft/prisma';
import { beforeEach, describe, expect, it } from 'vitest';
import { DatabaseActionStore } from '../../database/action-store.ts';
import { Leases } from '../../database/leases.ts';
import { action } from './action-store.ts';

/** No process has this id: Linux gives none above 4,194,304. */
const dead = '99999999-1-dead';
/** Of a process that cannot be looked at from here. */
const far = '1-1@ffffff.ffffff.ffffff-far';

/** What the leases of every database do. `make` gives a new one. */
export function leasesContract(name: string, make: () => Promise<Database>): void {
  describe(`leases in ${name}`, () => {
    let database: Database;
    let now: number;
    const open = (owner?: string, queries = database.queries): Leases =>
      new Leases(
        { kind: database.kind, queries, startHeartbeat: () => ({ stop: async () => undefined }) },
        {
          watch: new BeatWatch(() => now),
          ...(owner === undefined ? {} : { owner }),
        },
      );
    const names = async (): Promise<string[]> =>
      (await database.queries.selectFrom('Lease').select('name').orderBy('name').execute()).map(
        ({ name }) => name,
      );
    const isFree = async (leases: Leases, name: string): Promise<boolean> => {
      const lease = await leases.tryTake(name);
      if (typeof lease === 'object') await lease.release();
      return typeof lease === 'object';
    };

    /** Queries that throw where `refuses` says so of the kind of a statement. */
    const failing = (refuses: (kind: string) => boolean, error: Error) =>
      database.queries.withPlugin({
        transformQuery: ({ node }) => {
          if (refuses(node.kind)) throw error;
          return node;
        },
        transformResult: async ({ result }) => result,
      });

    beforeEach(async () => {
      now = 0;
      database = await make();
    });

    describe('a lease', () => {
      it('has one owner at a time, also in one process', async () => {
        let inside = 0;
        let most = 0;
        const work = async (): Promise<void> => {
          inside += 1;
          most = Math.max(most, inside);
          await sleep(1);
          inside -= 1;
        };
        const all = [open(), open(), open()];
        await Promise.all(
          Array.from({ length: 9 }, (_, at) => all[at % 3]?.with('collection', {}, work)),
        );
        expect(most).toBe(1);
        expect(await names()).toEqual([]);
      });

      it('is not taken by who reads its row while this process gives it back', async () => {
        const selects = new WeakSet<object>();
        const slow = database.queries.withPlugin({
          transformQuery: ({ node, queryId }) => {
            if (node.kind === 'SelectQueryNode') selects.add(queryId);
            return node;
          },
          transformResult: async ({ result, queryId }) => {
            if (selects.has(queryId)) await sleep(100);
            return result;
          },
        });
        const one = open(undefined, slow);
        const lease = await one.take('placing');
        const second = one.tryTake('placing');
        await sleep(50);
        await lease.release();
        expect(await second).toBe(process.pid);
        expect(await names()).toEqual([]);
      });

      it('is refused with the owner when patience ends, and waited for until it is called off', async () => {
        const [one, other] = [open(), open()];
        await using _lease = await one.take('placing');
        const busy = (pid: number): string => `It is with ${String(pid)}.`;
        await expect(other.take('placing', { patience: 0, busy })).rejects.toMatchObject({
          ...{ code: 'store-locked', message: `It is with ${String(process.pid)}.` },
        });
        const controller = new AbortController();
        const waiting = (): void => {
          controller.abort(new Error('called off'));
        };
        const taking = other.take('placing', { signal: controller.signal, waiting });
        await expect(taking).rejects.toThrow(/called off|aborted/);
      });

      it('is taken over at once from a process that is gone', async () => {
        await open(dead).take('step/a');
        expect(await isFree(open(), 'step/a')).toBe(true);
      });

      it('is lost by an owner whose beat stands still, which notices', async () => {
        const [slow, other] = [open(far), open()];
        const lease = await slow.take('collection');
        for (let looks = 0; looks < 6; looks++) {
          expect(await isFree(other, 'collection')).toBe(false);
          now += 2_000;
        }
        await lease.check();
        const taken = await other.take('collection', { patience: 0 });
        await expect(lease.check()).rejects.toMatchObject({ code: 'store-locked' });
        await lease.release();
        await taken.check();
        await taken.release();
        // Taken again by the same owner, it is another one.
        await using again = await slow.take('collection');
        await expect(lease.check()).rejects.toMatchObject({ code: 'store-locked' });
        await again.check();
      });

      it.each([
        ['', holderName()],
        [', also where the system does not tell when it started', `${String(process.pid)}-0-other`],
      ])(
        'is kept for a minute by a process here that lives without beating%s',
        async (_, owner) => {
          const other = open();
          // This process, by another name: its disk may be full.
          await open(owner).take('collection');
          for (let looks = 0; looks < 30; looks++) {
            expect(await isFree(other, 'collection')).toBe(false);
            now += 2_000;
          }
          expect(await isFree(other, 'collection')).toBe(true);
        },
      );

      it('is kept by an owner that beats, however long it takes', async () => {
        const [slow, other] = [open(far), open()];
        await slow.take('collection');
        for (let looks = 0; looks < 20; looks++) {
          expect(await isFree(other, 'collection')).toBe(false);
          await database.queries
            .updateTable('Lease')
            .set((row) => ({ beat: row('beat', '+', 1) }))
            .execute();
          now += 2_000;
        }
      });

      it('of an owner that is gone is swept, and so is one that could not be given back', async () => {
        await open(dead).take('step/dead');
        // Whoever ends the run takes this one over.
        await open(dead).take('run/dead');
        let full = false;
        const queries = failing((kind) => full && kind === 'DeleteQueryNode', new Error('no room'));
        const leases = open(undefined, queries);
        await leases.take('step/held');
        const lease = await leases.take('step/kept');
        full = true;
        await lease.release();
        full = false;
        expect((await names()).sort()).toEqual(['run/dead', 'step/dead', 'step/held', 'step/kept']);
        await leases.sweep();
        expect((await names()).sort()).toEqual(['run/dead', 'step/held']);
      });

      it('that could not be given back before its opening was closed is free at the next one', async () => {
        const queries = failing((kind) => kind === 'DeleteQueryNode', new Error('no room'));
        const closed = open(undefined, queries);
        const lease = await closed.take('placing');
        await closed.take('collection');
        await lease.release();
        const next = open();
        expect(await isFree(next, 'placing')).toBe(false);
        await closed.close();
        expect(await isFree(next, 'placing')).toBe(true);
        expect(await isFree(next, 'collection')).toBe(false);
        expect(await names()).toEqual(['collection']);
      });

      it('can be done without on a full disk, until there is room', async () => {
        let full = true;
        const queries = failing(() => full, new GraphError('no-space', 'No space is left.'));
        const [filling, other] = [open(undefined, queries), open()];
        await expect(filling.take('placing')).rejects.toMatchObject({ code: 'no-space' });
        const [one, second] = [
          await filling.take('one', { evenIfFull: true }),
          await filling.take('second', { evenIfFull: true }),
        ];
        await one.check();
        const taken = await other.take('second');
        full = false;
        await one.check();
        expect(await isFree(other, 'one')).toBe(false);
        await expect(second.check()).rejects.toMatchObject({ code: 'store-locked' });
        await Promise.all([one.release(), second.release()]);
        expect(await names()).toEqual(['second']);
        await taken.check();
      });
    });

    describe('the lease of a step', () => {
      const store = (leases: Leases, queries = database.queries): DatabaseActionStore =>
        new DatabaseActionStore(queries, leases);

      it('is given back by the transaction that records it, once', async () => {
        const statements: string[] = [];
        const counted = failing((kind) => {
          statements.push(kind);
          return false;
        }, new Error());
        const [leases, other] = [open(undefined, counted), open()];
        const claims = [await leases.claim('a', {}), await leases.claim('b', {})];
        expect(claims.map(({ mayBeRecorded }) => mayBeRecorded)).toEqual([false, false]);
        // Both are taken by one, which is built once.
        const writes = (): string[] => statements.filter((kind) => kind !== 'SelectQueryNode');
        expect(writes()).toEqual(['InsertQueryNode']);
        await store(leases, counted).putMany([action('a'), action('c')]);
        expect(await names()).toEqual(['step/b']);
        await claims[0]?.release();
        expect(writes().slice(1)).toEqual(['InsertQueryNode', 'DeleteQueryNode']);
        // Somebody else has it now.
        await using _taken = await other.claim('a', {});
        await claims[0]?.release();
        expect(await names()).toEqual(['step/a', 'step/b']);
        await claims[1]?.release();
      });

      it('is kept without a record where the two cannot be written together', async () => {
        let full = true;
        const queries = failing((kind) => full && kind === 'DeleteQueryNode', new Error('no room'));
        const leases = open();
        const actions = store(leases, queries);
        const claim = await leases.claim('a', {});
        await expect(actions.putMany([action('a')])).rejects.toThrow('no room');
        expect(await names()).toEqual(['step/a']);
        expect((await actions.getMany(['a'])).size).toBe(0);
        await claim.check();
        full = false;
        await actions.putMany([action('a')]);
        expect(await names()).toEqual([]);
      });

      it('tells who takes it next that there is a record', async () => {
        const [first, second] = [open(), open()];
        const claim = await first.claim('a', {});
        const next = second.claim('a', {});
        await store(first).putMany([action('a')]);
        expect((await next).mayBeRecorded).toBe(true);
        await claim.release();
        expect(await names()).toEqual(['step/a']);
      });

      it('that was lost is left to who took it over, and the record is kept', async () => {
        const [slow, other] = [open(dead), open()];
        await slow.claim('a', {});
        const taken = await other.claim('a', {});
        // Its owner may have recorded the step and not said so.
        expect(taken.mayBeRecorded).toBe(true);
        await store(slow).putMany([action('a')]);
        await taken.check();
        expect([...(await store(other).getMany(['a'])).keys()]).toEqual(['a']);
      });
    });
  });
}
