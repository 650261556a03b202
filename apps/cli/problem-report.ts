import { formatProblem, GraphError, printable, type LocatedMessage } from '@graft/graph';
import type { Drift } from '@graft/workspace';
import { env } from './env.ts';
import { exitCodeOf, type ExitCode } from './exit-code.ts';
import { painter } from './terminal.ts';

/** The most problems that are printed; the others are counted. */
const shown = 20;

/** Where to find more help, by code. The message of the problem already says what to do. */
const hints: Readonly<Record<string, string>> = {
  'unknown-type': 'graft nodes lists the node types.',
  'unknown-param': 'graft nodes TYPE lists the parameters of a node type.',
  'bad-param': 'graft nodes TYPE lists the parameters of a node type.',
  'unknown-port': 'graft nodes TYPE lists the ports of a node type.',
  'bad-model':
    'graft models ls lists the models. graft models pull ID downloads one (--accept-licence accepts its licence). graft models import PATH adds your own.',
  'no-space': 'graft cache gc --max-size 1GB frees space.',
  'store-damaged': 'graft cache verify removes damaged artifacts; the next run makes them again.',
  unavailable: 'graft doctor shows what this machine has, and how to get what is missing.',
};

/** A problem as errors and events carry it. */
export type ShownProblem = LocatedMessage & { readonly code: string };

/** Prints problems to standard error, one a line, then where to find more help. */
export function printProblems(problems: readonly ShownProblem[]): void {
  const paint = painter(process.stderr);
  for (const problem of problems.slice(0, shown)) {
    const line = printable(inOneLine(formatProblem(problem)));
    process.stderr.write(`${paint('red', 'error')} ${line}\n`);
  }
  if (problems.length > shown) {
    process.stderr.write(`… and ${problems.length - shown} more problems.\n`);
  }
  const advice = new Set(problems.map(hintOf));
  for (const hint of advice) {
    if (hint !== undefined) process.stderr.write(`${paint('dim', hint)}\n`);
  }
}

/** Prints what is worth a look, although the graph runs, to standard error. */
export function printWarnings(warnings: readonly LocatedMessage[]): void {
  const paint = painter(process.stderr);
  for (const warning of warnings.slice(0, shown)) {
    const line = printable(inOneLine(formatProblem(warning)));
    process.stderr.write(`${paint('yellow', 'warning')} ${line}\n`);
  }
  if (warnings.length > shown) {
    process.stderr.write(`… and ${warnings.length - shown} more warnings.\n`);
  }
}

function hintOf({ code, message }: ShownProblem): string | undefined {
  // Its message already advises that command.
  if (code === 'no-space' && message.includes('graft cache gc')) return undefined;
  return hints[code];
}

/** Joins the lines of a text. Linear in its length, whatever blanks it has. */
export function inOneLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}

/** The most changes of a graph that are printed; the others are counted. */
const shownChanges = 8;

/** Prints which files and graphs differ from the lock; the run goes on. Models that differ are problems instead. */
export function printDrift(drift: readonly Drift[], file: string): void {
  const paint = painter(process.stderr);
  const write = (line: string): void => void process.stderr.write(`${line}\n`);
  const sources = drift.filter(({ kind }) => kind !== 'models');
  for (const { kind, message, changes } of sources.slice(0, shown)) {
    write(`${paint('yellow', 'note')} ${printable(message)}`);
    if (changes === undefined) {
      if (kind === 'graphs') write('       Its locked version is not on this machine.');
      continue;
    }
    for (const change of changes.slice(0, shownChanges)) write(`       ${printable(change)}`);
    if (changes.length > shownChanges)
      write(`       … and ${String(changes.length - shownChanges)} more differences`);
  }
  if (sources.length > shown) write(`… and ${String(sources.length - shown)} more sources.`);
  const [graph] = sources.filter(({ changes }) => changes !== undefined);
  const name = printable(file);
  if (sources.length > 0) write(paint('dim', `To accept these changes, run graft lock ${name}.`));
  if (graph !== undefined) {
    const kept = `graft lock ${name} --keep ${printable(graph.name)}`;
    write(paint('dim', `To copy the locked version into the file, run ${kept}.`));
  }
}

/** Prints anything thrown and returns the exit code. Stack traces need GRAFT_DEBUG=1. */
export function reportError(thrown: unknown): ExitCode {
  const error = GraphError.from(thrown);
  printProblems(error.problems);
  if (error.code === 'internal' && !env.debug) {
    process.stderr.write(
      'This is a bug in Graft. Please report it. GRAFT_DEBUG=1 shows where it happened.\n',
    );
  }
  if (env.debug) process.stderr.write(`${stack(thrown)}\n`);
  return exitCodeOf(error.code);
}

function stack(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause === undefined ? '' : `\ncaused by ${stack(thrown.cause)}`;
  return `${thrown.stack ?? thrown.message}${cause}`;
}
