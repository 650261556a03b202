import { cancelled, runStep, type StepHost } from '@graft/engine';
import { GraphError, Outages, outageText, type StepRequest } from '@graft/graph';
import { OpenedOnce } from '@graft/kit';
import { watchParent } from './watch-parent.ts';
import { readToWorker, type FromWorker, type WorkerOptions } from './worker-protocol.ts';

/**
 * Serves steps to the parent process over IPC until the parent ends: a worker never outlives its server, not even
 * during a step.
 */
export function serveSteps(
  openHost: (options: WorkerOptions, outages: Outages) => Promise<StepHost>,
): void {
  process.once('disconnect', () => process.exit(0));
  watchParent();
  let server: StepServer | undefined;
  process.on('message', (raw) => {
    const message = readToWorker(raw);
    if (message === undefined) return;
    if (message.type === 'open') {
      const { options } = message;
      server ??= new StepServer((outages) => openHost(options, outages));
    } else if (message.type === 'cancel') server?.cancel(message.id);
    else void server?.execute(message.id, message.request);
  });
}

/** Milliseconds between two looks at the loaded models, while steps run. */
const lookEvery = 1_000;

class StepServer {
  /** Retries with the next step after a failure: a full disk may have room by then. */
  readonly #host: OpenedOnce<StepHost>;
  readonly #running = new Map<number, AbortController>();
  #models = '[]';
  #looking: NodeJS.Timeout | undefined;

  constructor(open: (outages: Outages) => Promise<StepHost>) {
    const outages = new Outages();
    outages.listen((change) => {
      const signal = { type: 'log', level: 'warning', message: outageText(change) } as const;
      for (const id of this.#running.keys()) send({ type: 'signal', id, signal });
    });
    this.#host = new OpenedOnce(() => open(outages));
    // The steps that ask for it receive the failure.
    this.#host
      .get()
      .catch(() => undefined)
      .finally(() => {
        send({ type: 'ready' });
      });
  }

  cancel(id: number): void {
    this.#running.get(id)?.abort();
  }

  async execute(id: number, request: StepRequest): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    this.#looking ??= setInterval(() => void this.#tellModels(), lookEvery).unref();
    try {
      const result = await runStep(await this.#host.get(), request, {
        signal: controller.signal,
        report: (signal) => {
          send({ type: 'signal', id, signal });
        },
      });
      send({ type: 'done', id, result });
    } catch (error) {
      const { node } = request;
      const failure = controller.signal.aborted
        ? cancelled(node)
        : GraphError.from(error, { node });
      send({ type: 'failed', id, problem: failure.toProblem() });
    } finally {
      this.#running.delete(id);
      void this.#tellModels();
      if (this.#running.size === 0) {
        clearInterval(this.#looking);
        this.#looking = undefined;
      }
    }
  }

  async #tellModels(): Promise<void> {
    const host = await this.#host.opened?.catch(() => undefined);
    const models = (await host?.loaded?.()) ?? [];
    const text = JSON.stringify(models);
    if (text === this.#models) return;
    this.#models = text;
    send({ type: 'models', models });
  }
}

function send(message: FromWorker): void {
  // Without a channel the parent has gone, and this process will end.
  if (process.connected) process.send?.(message);
}
