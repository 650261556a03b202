import type { Queries } from '@graft/prisma';
import {
  GraphError,
  readStored,
  storedRunEvent,
  type RunEvent,
  type StepSummary,
} from '@graft/graph';
import { gatherToken, nodesWithOutputs, type TokenEvent } from '../gather-tokens.ts';
import { insertEvents } from './event-rows.ts';

const eventsPerRead = 2_000;

/** Gathers the tokens of an ended run in the database; see `RunStore.finish`. */
export async function gatherRunTokens(
  tx: Queries,
  runId: string,
  steps: readonly StepSummary[],
): Promise<void> {
  const done = nodesWithOutputs(steps);
  const gathered = new Map<string, TokenEvent>();
  for (let after = 0; ;) {
    const rows = await tx
      .selectFrom('Event')
      .select(['seq', 'version', 'payload as text'])
      .where('runId', '=', runId)
      .where('type', '=', 'step.token')
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(eventsPerRead)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.seq;
    for (const row of rows) {
      const event = readToken(row);
      if (event?.type === 'step.token' && !done.has(event.node)) gatherToken(gathered, event);
    }
  }
  await tx
    .deleteFrom('Event')
    .where('runId', '=', runId)
    .where('type', '=', 'step.token')
    .execute();
  await insertEvents(
    tx,
    [...gathered.values()].map((event) => ({ runId, event })),
  );
}

/** Undefined if it cannot be read: a damaged token must not keep its run from ending. */
function readToken(row: { readonly version: number; readonly text: string }): RunEvent | undefined {
  try {
    return readStored(storedRunEvent, row);
  } catch (error) {
    if (error instanceof GraphError) return undefined;
    throw error;
  }
}
