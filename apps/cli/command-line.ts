import { CommanderError } from 'commander';
import { exitCode, type ExitCode } from './exit-code.ts';
import { createProgram } from './program.ts';

/** Runs a command line without the program's name, reports errors on standard error, and returns how to exit. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCode.succeeded;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCode.succeeded : exitCode.badInput;
    }
    const { reportError } = await import('./problem-report.ts');
    return reportError(error);
  }
}
