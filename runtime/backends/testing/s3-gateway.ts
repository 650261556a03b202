import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findGoProgram, ForeignServer, freePort } from './foreign-server.ts';

/** A service of S3 on loopback, over a temporary folder: an object is the file `<folder>/<bucket>/<key>`. */
export interface S3Gateway extends AsyncDisposable {
  readonly missing?: undefined;
  readonly folder: string;
  readonly url: string;
  /** The environment that names the bucket `artifacts` of it, below a prefix. */
  variables(prefix: string): Readonly<Record<string, string>>;
  /** Ends it, and starts it again on the same port, with what it held. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const gatewaySecret = 'a-secret-that-no-message-repeats';

/** versitygw (Apache-2.0), built once from its Go module: two slow cores take 3 minutes. A share of the soak does not build it. */
export async function startS3Gateway(): Promise<S3Gateway | { readonly missing: string }> {
  const found = await findGoProgram({
    ...{ name: 'versitygw', version: 'v1.8.0', minutes: 3 },
    module: 'github.com/versity/versitygw/cmd/versitygw',
  });
  if (found.missing !== undefined) return found;
  const folder = await mkdtemp(join(tmpdir(), 'graft-s3-'));
  await mkdir(join(folder, 'objects', 'artifacts'), { recursive: true });
  await mkdir(join(folder, 'sidecar'));
  const port = await freePort();
  let server: ForeignServer | undefined;
  const start = async (): Promise<void> => {
    server = await ForeignServer.start(found.path, {
      ...{ port, ready: '/health' },
      // Their attributes beside the objects: not every disk of a test keeps them.
      args: [
        ...['--port', `127.0.0.1:${String(port)}`, '--health', '/health', '--quiet'],
        ...['posix', '--sidecar', join(folder, 'sidecar'), join(folder, 'objects')],
      ],
      env: { ROOT_ACCESS_KEY: 'graft', ROOT_SECRET_KEY: gatewaySecret },
    });
  };
  const stop = async (): Promise<void> => {
    await server?.[Symbol.asyncDispose]();
    server = undefined;
  };
  await start();
  const url = `http://127.0.0.1:${String(port)}`;
  return {
    ...{ folder: join(folder, 'objects', 'artifacts'), url, start, stop },
    variables: (prefix) => ({
      ...{ GRAFT_ARTIFACTS: `s3://artifacts/${prefix}`, AWS_ENDPOINT_URL_S3: url },
      ...{ AWS_ACCESS_KEY_ID: 'graft', AWS_SECRET_ACCESS_KEY: gatewaySecret },
    }),
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
