import { GraphError, implementItems, type Question, type RunContext } from '@graft/graph';
import { transform, typeInto } from './node.ts';
import { givenRows } from './given-rows.ts';
import { idOf, IdOwners } from './id-owners.ts';
import { type Failure, readAnswer, type LogLine } from './sandbox-answer.ts';
import { callInSandbox } from './sandbox.ts';

export const run = implementItems(transform, {
  async runItems(ctx, batch, _inputs, { code, timeLimit, memory, ...types }) {
    const type = typeInto(types);
    const results: (readonly unknown[])[] = [];
    for (const row of batch) {
      ctx.signal.throwIfAborted();
      const task = { code, row: JSON.stringify(row), timeLimit, memory };
      const answer = readAnswer(await callInSandbox(task, ctx.signal));
      const item = idOf(row);
      log(ctx, answer.said, item);
      if ('failed' in answer) throw failure(answer, { timeLimit, memory, item, node: ctx.node });
      results.push(givenRows(answer.rows, { type, item, node: ctx.node }));
    }
    return results;
  },
  // Of the type in `into`, which only the plan knows; each row was checked against it.
  expand: (_row, rows) => rows as readonly Question[],
  watch(ctx) {
    const owners = new IdOwners(ctx.node);
    return (row, given) => owners.add(row, given);
  },
});

interface Limits {
  readonly timeLimit: number;
  readonly memory: number;
  readonly item: string | undefined;
  readonly node: string;
}

function failure(
  { failed, message, place }: Failure,
  { timeLimit, memory, item, node }: Limits,
): GraphError {
  const at = item === undefined ? '' : ` at the row "${item}"`;
  const where = place === undefined ? '' : ` (line ${place.line}, column ${place.column})`;
  // For a loop the engine knows the last call before it, or its function.
  const from = place === undefined ? '' : ` (from line ${place.line} on)`;
  const messages: Readonly<Record<Failure['failed'], string>> = {
    unread: `The code failed before the first row${where}: ${message}.`,
    code: `The code failed${at}${where}: ${message}.`,
    time: `The code took longer than ${timeLimit} ms${at}${from}. Look for an endless loop, or raise the time limit.`,
    memory: `The code needed more than ${memory} MiB of memory${at}${where}. Use less memory, or raise the limit.`,
    depth: `The code calls itself too deeply${at}${where}. Look for an endless recursion, or use a loop.`,
    broken: `The code crashed its sandbox${at}. Use less memory and less recursion.`,
    missing: 'The code has no function transform. Write function transform(row) { return row; }.',
    waits: `The code waits for a promise${at}, which never resolves here. Remove async, await and promises.`,
  };
  return new GraphError('bad-input', messages[failed], { location: { node, param: 'code' } });
}

/** Most lines that a step logs of its code. */
const mostLines = 100;
const logged = new WeakMap<RunContext, number>();

function log(ctx: RunContext, lines: readonly LogLine[], item: string | undefined): void {
  for (const [level, text] of lines) {
    const count = (logged.get(ctx) ?? 0) + 1;
    logged.set(ctx, count);
    if (count <= mostLines) ctx.log(level, text, item);
    else if (count === mostLines + 1) {
      ctx.log(
        'warning',
        `The code logged more than ${mostLines} lines. The log leaves out the rest.`,
      );
    }
  }
}
