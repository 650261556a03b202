import { plural, type RunEvent } from '@graft/graph';
import { oneLine } from '../terminal.ts';
import { checkpointLine, finishedLine, reasonText } from './step-line.ts';

/** Milliseconds between two progress lines of a step. */
const interval = 2000;
const plain = (_colour: string, text: string): string => text;

/** One line for each thing worth knowing, for logs and pipes. */
export class PlainView {
  readonly #stream: { write(text: string): unknown };
  readonly #shownAt = new Map<string, number>();
  #width = 0;

  constructor(stream: { write(text: string): unknown }) {
    this.#stream = stream;
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        this.#width = Math.max(0, ...event.nodes.map(({ node }) => node.length));
        this.#line(`run ${event.runId} of ${event.file}, ${plural(event.nodes.length, 'node')}`);
        break;
      case 'run.extended':
        this.#width = Math.max(this.#width, ...event.nodes.map(({ node }) => node.length));
        this.#shownAt.set(event.loop, event.at);
        this.#line(`> ${event.loop.padEnd(this.#width)}  ${roundText(event)}`);
        break;
      case 'step.started':
        this.#shownAt.set(event.node, event.at);
        this.#line(
          `> ${event.node.padEnd(this.#width)}  on ${event.device}: ${reasonText(event.reason)}`,
        );
        break;
      case 'step.progress': {
        if (event.at - (this.#shownAt.get(event.node) ?? 0) < interval) break;
        this.#shownAt.set(event.node, event.at);
        const total = event.total === undefined ? '' : ` of ${event.total}`;
        const message = event.message === undefined ? '' : `  ${oneLine(event.message, 80)}`;
        this.#line(
          `  ${event.node.padEnd(this.#width)}  ${event.done}${total} ${event.unit}${message}`,
        );
        break;
      }
      case 'step.log':
        if (event.level === 'info') break;
        this.#line(
          `! ${event.node.padEnd(this.#width)}  ${event.level}: ${oneLine(event.message, 400)}`,
        );
        break;
      case 'step.checkpoint': {
        const text = checkpointLine(event.checkpoint);
        if (text !== '') this.#line(`  ${event.node.padEnd(this.#width)}  ${text}`);
        break;
      }
      case 'step.finished':
        this.#line(finishedLine(event.step, this.#width, plain));
        break;
      case 'step.token':
      case 'step.metrics':
      case 'run.finished':
        break;
    }
  }

  /** Shows a line that belongs to no step. */
  tell(text: string): void {
    this.#line(`! ${text}`);
  }

  close(): void {
    this.#shownAt.clear();
  }

  #line(text: string): void {
    this.#stream.write(`${text}\n`);
  }
}

function roundText({ round, limit }: Extract<RunEvent, { type: 'run.extended' }>): string {
  if (round === undefined) return 'gathers the outputs of its rounds';
  return `round ${round} of at most ${limit}`;
}
