import { spawn } from 'node:child_process';
import { hasCode } from '@graft/kit';
import { environment } from '../env.ts';

/** A command that is not installed. */
export class CommandMissing extends Error {}

/** Runs an installed command; rejects with the end of what it printed. Aborting kills what it started. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly signal: AbortSignal },
): Promise<void> {
  options.signal.throwIfAborted();
  const windows = process.platform === 'win32';
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: plainEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that its children end with it; npm is a .cmd file on Windows.
    detached: !windows,
    shell: windows,
  });
  let output = '';
  const collect = (bytes: Buffer): void => {
    output = (output + bytes.toString('utf8')).slice(-4_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      if (windows) child.kill();
      else process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  options.signal.addEventListener('abort', kill, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (error) =>
        reject(
          hasCode(error, 'ENOENT') ? new CommandMissing(`${command} is not installed`) : error,
        ),
      );
      child.once('close', (code) => {
        if (code === 0) resolve();
        else reject(new Error(lastLines(output) || `${command} ended with code ${code}`));
      });
    });
  } finally {
    options.signal.removeEventListener('abort', kill);
  }
  options.signal.throwIfAborted();
}

/**
 * Under `npm run -w …` some settings would make npm look for a workspace in the temporary folder. Secrets are no business
 * of other programs.
 */
function plainEnvironment(): Record<string, string | undefined> {
  const dropped =
    /^(GRAFT_SECRET_.*|HF_TOKEN|HUGGING_FACE_HUB_TOKEN|npm_config_(workspaces?|include_workspace_root|local_prefix|prefix))$/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !dropped.test(name)));
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' ').trim();
}
