import { exitCode } from './exit-code.ts';

/** From a supervisor; from a terminal that was closed. */
const endSignals = ['SIGTERM', 'SIGHUP'] as const;

/** The first interrupt cancels; a second one ends the process at once. */
export function cancelOnInterrupt(cancel: () => void): () => void {
  const interrupted = (): void => {
    process.once('SIGINT', () => process.exit(exitCode.cancelled));
    process.stderr.write('cancelling… (press Ctrl+C again to stop at once)\n');
    cancel();
  };
  process.once('SIGINT', interrupted);
  for (const signal of endSignals) process.once(signal, cancel);
  return () => {
    process.off('SIGINT', interrupted);
    for (const signal of endSignals) process.off(signal, cancel);
  };
}
