import { bytes, duration, plural } from '@graft/nodes/kit/ui';
import type { api } from '../../api/client.ts';

type Fleet = Awaited<ReturnType<typeof api.settings.workers.query>>;
export type Worker = Fleet['workers'][number];

/** Milliseconds without a beat that are worth a word: workers beat every two seconds. */
const silentFrom = 6_000;

export interface WorkerStatus {
  readonly word: 'idle' | 'working' | 'finishing' | 'silent';
  readonly tone: 'plain' | 'working' | 'bad';
}

export function statusOf({ silentMs, state, steps }: Worker): WorkerStatus {
  if (silentMs >= silentFrom) return { word: 'silent', tone: 'bad' };
  if (state?.isDraining === true) return { word: 'finishing', tone: 'working' };
  return steps.length > 0 ? { word: 'working', tone: 'working' } : { word: 'idle', tone: 'plain' };
}

/** What it takes, and how much of its room is taken. */
export function roomText({ queues, steps, slots, state }: Worker): string {
  return [
    `takes ${queues.join(', ')}`,
    `${String(steps.length)} of ${plural(slots, 'slot')} in use`,
    state && `${bytes(state.memory.used)} of ${bytes(state.memory.all)} memory in use`,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** `Loaded: SmolLM2 (cpu, 145 MB), …`, and what models may take; undefined if there is neither. */
export function modelsText(
  { state, memory }: Pick<Worker, 'state' | 'memory'>,
  titleOf: (id: string) => string,
): string | undefined {
  const models = (state?.models ?? []).map(
    ({ id, device, bytes: size }) => `${titleOf(id)} (${device}, ${bytes(size)})`,
  );
  const loaded = models.length === 0 ? undefined : `Loaded: ${models.join(', ')}.`;
  const limit = memory === undefined ? undefined : `Models take at most ${bytes(memory)}.`;
  return [loaded, limit].filter((part) => part !== undefined).join(' ') || undefined;
}

/** Why no step of this version goes to it, or what keeps it from going on; undefined: nothing does. */
export function hintOf({ silentMs, state, isSameVersion }: Worker): string | undefined {
  if (silentMs >= silentFrom) {
    return `No sign of life for ${duration(silentMs)}. Others continue its steps if it stays silent.`;
  }
  if (!isSameVersion) return 'Another version of Graft: it leaves the steps of this one.';
  if (state?.isDraining === true) return 'It finishes its steps and takes no more.';
  return undefined;
}

/** `3 steps for cpu, 1 step for training` */
export function waitingText({ waiting }: Pick<Fleet, 'waiting'>): string {
  return waiting.map(({ queue, count }) => `${plural(count, 'step')} for ${queue}`).join(', ');
}
