import { runCommandLine } from './command-line.ts';
import { exitCode } from './exit-code.ts';

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
process.exit(await runCommandLine(process.argv.slice(2)));
