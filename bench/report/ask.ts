import { runMeasured } from './peak-memory.ts';

/** Runs a program that takes its request as JSON and prints one JSON object last. */
export async function ask(
  command: string,
  args: readonly string[],
  { request, env }: { readonly request: object; readonly env: NodeJS.ProcessEnv },
): Promise<unknown> {
  const { stdout, code } = await runMeasured(command, [...args, JSON.stringify(request)], env);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
