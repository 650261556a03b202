import { formatProblem, plural, type ExperimentEvent } from '@graft/graph';
import { formatDuration } from '../quantity.ts';
import { oneLine } from '../terminal.ts';

const marks = { succeeded: '✓', failed: '✗', cancelled: '!', queued: '·', running: '·' } as const;

/** Shows an experiment as it goes: a line for each variant that has ended. */
export class ExperimentView {
  readonly #stream: { write(text: string): unknown };
  #runs = 0;
  #done = 0;
  #width = 0;

  constructor(stream: { write(text: string): unknown }) {
    this.#stream = stream;
  }

  show(event: ExperimentEvent): void {
    switch (event.type) {
      case 'experiment.started': {
        this.#runs = event.runs;
        this.#width = Math.max(...event.variants.map(({ name }) => name.length));
        const runs = plural(event.runs, 'run');
        const race =
          event.race === undefined ? '' : ` at most: ${plural(event.race.looks, 'look')}`;
        const count = `${plural(event.variants.length, 'variant')}, ${runs}${race}`;
        this.#line(
          `experiment ${event.experiment} of ${event.file} (run ${event.runId}): ${count}`,
        );
        for (const { name, problem } of event.variants) {
          if (problem !== undefined) this.#line(`✗ ${name}  refused: ${formatProblem(problem)}`);
        }
        break;
      }
      case 'variant.started':
        break;
      case 'race.looked': {
        this.#runs = this.#done + event.runs;
        for (const { variant, behind } of event.dropped) {
          this.#line(`− ${variant}  dropped at look ${String(event.look)}: behind ${behind}`);
        }
        break;
      }
      case 'variant.finished': {
        this.#done += 1;
        const { computed, reused } = event.steps;
        const seed = event.seed === undefined ? '' : ` seed ${String(event.seed)}`;
        const facts = [
          ...[event.status, formatDuration(event.ms)],
          `${plural(computed, 'step')} computed, ${String(reused)} shared`,
          event.error?.message ?? '',
        ];
        const look = event.look === undefined ? '' : ` look ${String(event.look)}`;
        const name = `${event.variant}${seed}${look}`.padEnd(this.#width);
        const place = `${String(this.#done)} of ${String(this.#runs)}`;
        this.#line(`${marks[event.status]} ${place}  ${name}  ${oneLine(facts.join('  '), 160)}`);
        break;
      }
      case 'experiment.finished':
        break;
    }
  }

  /** Shows a line that belongs to no variant. */
  tell(text: string): void {
    this.#line(`! ${text}`);
  }

  #line(text: string): void {
    this.#stream.write(`${text}\n`);
  }
}
