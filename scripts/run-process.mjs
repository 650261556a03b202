import { spawn } from 'node:child_process';

/** Off for every tool that the scripts start: nothing is reported anywhere, nothing is fetched unasked. */
export const toolEnv = {
  TURBO_TELEMETRY_DISABLED: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  CHECKPOINT_DISABLE: '1',
  // Prebuilt packages serve; what these scripts would fetch comes from outside the registry.
  ONNXRUNTIME_NODE_INSTALL: 'skip',
  NODE_LLAMA_CPP_SKIP_DOWNLOAD: 'true',
};

/**
 * Runs a command with its output passed through, and resolves to its exit code (1 when a signal ended it).
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: Record<string, string>, quiet?: boolean }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runProcess(command, args, { cwd, env = {}, quiet = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...toolEnv, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      // npm and npx are scripts on Windows.
      shell: process.platform === 'win32' && !command.endsWith('.exe'),
    });
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
