import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { GraphError } from '@graft/graph';
import { z } from 'zod';
import { env } from '../env.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { chosenToken, keptToken } from '../kept-token.ts';
import { open, stateFolderOf, tellOutages } from '../opened-workspace.ts';
import { print } from '../terminal.ts';
import { parseBytes } from '../quantity.ts';
import { existingFolder } from '../workspace-location.ts';
import { reportFile, staticFolder } from './built-pages.ts';

/** The default port; if it is taken, the next free one. */
const usualPort = 3000;

const badPort = '--port takes a whole number from 0 to 65535.';
const badHost = '--allow-host takes a name such as graft.example.com, without scheme and port.';
const badPath = '--base-path takes a path such as /graft.';

const optionsSchema = z.object({
  host: z.string().min(1),
  port: z.coerce.number(badPort).int(badPort).min(0, badPort).max(65_535, badPort).optional(),
  allowHost: z.array(z.string().regex(/^(\[[\d.:a-f]+\]|[\w.-]+)$/i, badHost)).default([]),
  basePath: z
    .string()
    .regex(/^\/?$|^(\/[\w~-][\w.~-]*)+\/?$/, badPath)
    .transform((path) => path.replace(/\/$/, ''))
    .default(''),
  /** False with `--no-token`. */
  token: z.boolean().default(true),
  maxPackage: z.string().optional(),
});

/** The examples, if they are installed. Both the sources and the bundle lie one level below this app. */
const ownExamples = path.resolve(import.meta.dirname, '../../../examples');

/** `graft serve [DIR]`: serves until it is interrupted. */
export async function serve(dir: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.safeParse(rawOptions);
  if (!options.success) {
    throw new GraphError('bad-param', options.error.issues[0]?.message ?? 'Invalid options.');
  }
  const { maxPackage } = options.data;
  const largestPackage = maxPackage === undefined ? undefined : parseBytes(maxPackage);
  if (maxPackage !== undefined && (largestPackage === undefined || largestPackage === 0)) {
    throw new GraphError(
      'bad-param',
      `--max-package cannot take "${maxPackage}". Give a size such as 5GB.`,
    );
  }
  const chosen = options.data.token ? chosenToken(env.token) : undefined;
  const root = existingFolder(dir);
  if (!existsSync(staticFolder)) {
    throw new GraphError('unavailable', 'The page is not built. Run npm run build first.', {
      audience: 'operator',
    });
  }
  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    // The terminal was closed.
    process.once('SIGHUP', resolve);
  });
  const { surviveRejections } = await import('@graft/workspace');
  surviveRejections((text) => process.stderr.write(text));
  const { startServer } = await import('@graft/web/server');
  const examplesFolder = env.examplesFolder ?? ownExamples;
  const examples = existsSync(examplesFolder)
    ? { examplesFolder: realpathSync(examplesFolder) }
    : {};
  await using workspace = await open(root, { ...examples, keepsRunsOn: true });
  tellOutages(workspace);
  await using _serving = await workspace.storage.serving();
  await workspace.models.resume();
  const { host, port = usualPort, allowHost, basePath } = options.data;
  const token = options.data.token ? (chosen ?? (await keptToken(stateFolderOf(root)))) : null;
  const server = await startServer({
    ...{ workspace, host, port, staticFolder, reportFile, token, basePath },
    ...{ orNextPort: options.data.port === undefined, allowHosts: allowHost },
    ...(largestPackage === undefined ? {} : { largestPackage }),
  });
  print(`Graft serves ${root} at ${server.url}`);
  for (const url of server.outerUrls) print(`From other machines: ${url}`);
  for (const url of server.proxyUrls) print(`Behind your proxy: ${url}`);
  if (server.unguarded) {
    print('There is no token: anyone who reaches this port can read and change the workspace.');
  }
  await interrupted;
  // A second interrupt does not wait for running steps to stop.
  process.once('SIGINT', () => process.exit(exitCode.cancelled));
  await server.close();
  return exitCode.succeeded;
}
