import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment } from '../env.ts';

/** The result of a script in a process of its own, or how the process ended. */
export type ProbeOutcome =
  | { readonly ended: 'well'; readonly value: unknown }
  | { readonly ended: 'badly'; readonly reason: string };

const timeoutMs = 60_000;
const mark = '\u0001graft:';

/**
 * Runs JavaScript that may crash its process, as drivers do. The script is the body of an async function; it imports
 * npm packages by name.
 */
export async function probeProcess(
  body: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ProbeOutcome> {
  const program = `
    // Libraries that fork to test their native code would pass these on.
    process.execArgv = [];
    const found = await (async () => { ${body} })()
      .then((value) => ({ value }), (error) => ({ error: String(error?.message ?? error) }));
    process.stdout.write('\\n${mark}' + JSON.stringify(found) + '\\n', () => process.exit(0));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    // Resolves packages from here.
    cwd: dirname(fileURLToPath(import.meta.url)),
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString('utf8')));
  child.stderr.on('data', (bytes: Buffer) => {
    errors = (errors + bytes.toString('utf8')).slice(-2_000);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const end = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`it could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      const how = signal === null ? `with code ${String(code)}` : `by ${signal}`;
      resolve(`its process ended ${how}: ${errors.trim().split('\n').at(-1) ?? ''}`);
    });
  });
  clearTimeout(timer);
  const line = output.split('\n').find((candidate) => candidate.startsWith(mark));
  if (line === undefined) return { ended: 'badly', reason: end };
  const found: unknown = JSON.parse(line.slice(mark.length));
  if (typeof found === 'object' && found !== null && 'error' in found) {
    return { ended: 'badly', reason: String(found.error) };
  }
  const value =
    typeof found === 'object' && found !== null && 'value' in found ? found.value : null;
  return { ended: 'well', value };
}
