import type { RunEvent } from '@graft/graph';
import { oneLine, painter, type Paint } from '../terminal.ts';
import { checkpointLine, finishedLine } from './step-line.ts';

interface RunningStep {
  done: number;
  total: number | undefined;
  unit: string;
  text: string;
}

/** Milliseconds between two drawings: 20 a second are smooth. */
const interval = 50;
const barWidth = 24;
const up = (lines: number): string => (lines === 0 ? '' : `\u001b[${lines}A`);
const clearBelow = '\u001b[0J';

/** Finished steps scroll by; the running ones stay below them, each with its bar. */
export class LiveView {
  readonly #stream: NodeJS.WriteStream;
  readonly #paint: Paint;
  readonly #running = new Map<string, RunningStep>();
  #drawn = 0;
  #drawnAt = 0;
  #width = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#paint = painter(stream);
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        this.#width = Math.max(0, ...event.nodes.map(({ node }) => node.length));
        break;
      case 'run.extended':
        this.#width = Math.max(this.#width, ...event.nodes.map(({ node }) => node.length));
        break;
      case 'step.started':
        this.#running.set(event.node, { done: 0, total: undefined, unit: '', text: '' });
        this.#draw([]);
        break;
      case 'step.progress': {
        const { done, total, unit, message = '' } = event;
        this.#running.set(event.node, { done, total, unit, text: message });
        this.#drawSoon();
        break;
      }
      case 'step.token': {
        const step = this.#running.get(event.node);
        if (step !== undefined) step.text = (step.text + event.text).slice(-400);
        this.#drawSoon();
        break;
      }
      case 'step.metrics':
        // Its progress says what of them matters on one line.
        break;
      case 'step.log':
        if (event.level === 'info') break;
        this.#draw([this.#paint('yellow', `! ${event.node}  ${oneLine(event.message, 400)}`)]);
        break;
      case 'step.checkpoint': {
        const text = checkpointLine(event.checkpoint);
        if (text !== '') this.#draw([`  ${event.node.padEnd(this.#width)}  ${text}`]);
        break;
      }
      case 'step.finished':
        this.#running.delete(event.step.node);
        this.#draw([finishedLine(event.step, this.#width, this.#paint)]);
        break;
      case 'run.finished':
        this.#running.clear();
        this.#draw([]);
        break;
    }
  }

  /** Shows a line that belongs to no step. */
  tell(text: string): void {
    this.#draw([this.#paint('yellow', `! ${text}`)]);
  }

  close(): void {
    this.#running.clear();
    this.#draw([]);
  }

  #drawSoon(): void {
    if (Date.now() - this.#drawnAt >= interval) this.#draw([]);
  }

  /** Prints `lines` for good and draws the running steps below them again. */
  #draw(lines: readonly string[]): void {
    const live = [...this.#running].map(([node, step]) => this.#runningLine(node, step));
    const text = [...lines, ...live].map((line) => `${line}\n`).join('');
    this.#stream.write(`${up(this.#drawn)}\r${clearBelow}${text}`);
    this.#drawn = live.length;
    this.#drawnAt = Date.now();
  }

  #runningLine(node: string, step: RunningStep): string {
    const share = step.total === undefined || step.total === 0 ? 0 : step.done / step.total;
    const full = Math.round(Math.min(1, share) * barWidth);
    const bar = '█'.repeat(full) + '░'.repeat(barWidth - full);
    const of = step.total === undefined ? '' : `/${step.total}`;
    const count = step.unit === '' ? '' : `${step.done}${of} ${step.unit}`;
    const head = `  ${node.padEnd(this.#width)}  `;
    // A line that wraps would break the count of lines to go up.
    const room = this.#stream.columns - head.length - barWidth - 2;
    const tail = step.text.length > room ? step.text.slice(-room) : step.text;
    return `${head}${this.#paint('blue', bar)} ${oneLine(`${count}  ${tail}`, Math.max(0, room))}`;
  }
}
