import { CommanderError } from 'commander';
import { exitCode, type ExitCode } from './exit-code.ts';
import { createProgram } from './program.ts';

/** Runs the command line and says how to exit. */
async function main(): Promise<ExitCode> {
  let code: ExitCode = exitCode.succeeded;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(process.argv);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCode.succeeded : exitCode.badInput;
    }
    const { reportError } = await import('./problem-report.ts');
    return reportError(error);
  }
}

// `graft runs ls | head` closes the pipe early, which is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.succeeded);
  if (!isTerminalGone(error)) throw error;
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (!isTerminalGone(error)) throw error;
});

/** A closed terminal takes no more words: what was begun still ends properly, on SIGHUP. */
function isTerminalGone(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EIO' || error.code === 'EPIPE';
}

// Native libraries may keep the process alive after its work is done, so it ends itself.
process.exit(await main());
