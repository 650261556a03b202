import path from 'node:path';
import { GraphError } from '@graft/graph';
import { isFullDisk } from '@graft/kit';
import { ggufConverter } from './convert-to-gguf.ts';
import { readToConverter, type FromConverter, type SentConversion } from './converter-protocol.ts';
import { watchParent } from './watch-parent.ts';

// A converter process: started by the server for one conversion, controlled over IPC.
watchParent();
const stop = new AbortController();
process.once('disconnect', () => process.exit(0));
process.on('message', (raw) => {
  const message = readToConverter(raw);
  if (message?.type === 'cancel') stop.abort();
  else if (message !== undefined) void convert(message);
});

async function convert({ folder, options, to }: SentConversion): Promise<void> {
  try {
    const plan = await ggufConverter(folder, options);
    send({ type: 'planned', bytes: plan.bytes });
    if (to === undefined) return;
    const progress = (done: number, total: number): void => send({ type: 'progress', done, total });
    await plan.write(to, { signal: stop.signal, progress });
    send({ type: 'done' });
  } catch (error) {
    send({ type: 'failed', problem: failureOf(error, { folder, to }).toProblem() });
  }
}

function failureOf(
  error: unknown,
  { folder, to = '' }: Pick<SentConversion, 'folder' | 'to'>,
): GraphError {
  if (error instanceof GraphError) return error;
  if (isFullDisk(error)) {
    const message = `the disk of ${path.dirname(to)} is full`;
    return new GraphError('no-space', message, { audience: 'operator', cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new GraphError('bad-model', `Graft cannot convert ${folder}: ${reason}`, { cause: error });
}

function send(message: FromConverter): void {
  // Without a channel the parent has gone, and this process will end.
  if (process.connected) process.send?.(message);
}
