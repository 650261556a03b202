import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { noPostgres, startPostgres, TestProxy, type PostgresServer } from '@graft/kit/testing';
import { afterAll } from 'vitest';
import { startS3Gateway } from '../../../backends/testing/s3-gateway.ts';
import {
  bundleTestFleetWorker,
  bundleTestServer,
  bundleTestWorker,
} from '../bundle-test-worker.ts';
import { Fleet, type FleetSettings } from './fleet-form.ts';
import { place, schemaOf, type ExecutionPlace } from './form.ts';

/** Coordinators and workers on Postgres and S3, which fail when they are told to. */
export interface FaultyFleet extends ExecutionPlace {
  readonly fleet: Fleet;
  readonly postgres: Pick<PostgresServer, 'pause' | 'resume'>;
  /** Between everybody and S3. */
  readonly s3: TestProxy;
  /** Another worker, in a folder of its own. */
  addWorker(settings?: FleetSettings & { readonly folder?: string }): Promise<{ pid: number }>;
  /** Another worker on a machine of its own, behind proxies of its own to Postgres and to S3. Only root can. */
  addCuttable(): Promise<{ readonly pid: number; cut(): void; mend(): void }>;
}

/** To be called once, at the top of a test file. */
export async function faultyFleets(): Promise<{
  readonly missing: string | undefined;
  /** The entry of the processes that run steps. */
  readonly worker: string;
  make(workers: number): Promise<FaultyFleet>;
}> {
  const [postgres, gateway, worker, server, fleetWorker] = await Promise.all([
    startPostgres(),
    startS3Gateway(),
    bundleTestWorker(),
    bundleTestServer(),
    bundleTestFleetWorker(),
  ]);
  afterAll(() =>
    Promise.all([
      postgres?.stop(),
      gateway.missing === undefined ? gateway[Symbol.asyncDispose]() : undefined,
      ...[worker, server, fleetWorker].map((bundle) => bundle.remove()),
    ]),
  );
  let prefixes = 0;
  const make = async (workers: number): Promise<FaultyFleet> => {
    if (postgres === undefined || gateway.missing !== undefined) throw new Error('no servers');
    const database = schemaOf(postgres.address);
    const s3 = await TestProxy.to(gateway.url);
    prefixes += 1;
    const bucket = {
      ...gateway.variables(`fleet-${String(prefixes)}`),
      AWS_ENDPOINT_URL_S3: s3.through(gateway.url),
    };
    const entries = { worker: worker.entry, server: server.entry };
    const at = await place(entries, database, bucket);
    // Workers wait for a database that a workspace has marked.
    await (await at.open())[Symbol.asyncDispose]();
    const fleet = new Fleet(fleetWorker.entry, {
      ...bucket,
      GRAFT_TEST_DATABASE: database,
      GRAFT_TEST_WORKER: worker.entry,
    });
    const proxies: TestProxy[] = [s3];
    let folders = 0;
    const addWorker: FaultyFleet['addWorker'] = async ({ folder, environment, ...more } = {}) => {
      folders += 1;
      const state = folder ?? join(at.root, `worker-${String(folders)}`);
      await mkdir(state, { recursive: true });
      const own = { ...environment, GRAFT_TEST_STATE: state };
      const { pid = 0 } = await fleet.add({ ...more, environment: own });
      return { pid };
    };
    for (let i = 0; i < workers; i += 1) await addWorker({ isReplaced: true });
    return {
      ...{ ...at, fleet, postgres, s3, addWorker },
      addCuttable: async () => {
        const between = await Promise.all([
          TestProxy.to(database),
          TestProxy.to(bucket.AWS_ENDPOINT_URL_S3),
        ]);
        proxies.push(...between);
        const [toDatabase, toBucket] = between;
        const { pid } = await addWorker({
          // Others on its machine would see that it lives.
          hostname: `cut-${String(proxies.length)}`,
          environment: {
            GRAFT_TEST_DATABASE: toDatabase.through(database),
            AWS_ENDPOINT_URL_S3: toBucket.through(bucket.AWS_ENDPOINT_URL_S3),
          },
        });
        return {
          pid,
          cut: () => {
            for (const proxy of between) proxy.hold();
          },
          mend: () => {
            for (const proxy of between) proxy.pass();
          },
        };
      },
      remove: async () => {
        await fleet.end();
        for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
        await at.remove();
      },
    };
  };
  const missing = postgres === undefined ? noPostgres : gateway.missing;
  return { missing, worker: worker.entry, make };
}
