import { bytes } from '@graft/nodes/kit/ui';
import { weightCount } from './memory-words.ts';
import type { Download, OfferedModel } from './use-models.ts';

interface ModelRowProps {
  readonly id: string;
  readonly model: OfferedModel;
  readonly isShown: boolean;
  /** It is the one that the parameter has. */
  readonly isCurrent: boolean;
  readonly coming: Download | undefined;
  readonly show: () => void;
  readonly choose: () => void;
}

function state({ model, coming }: Pick<ModelRowProps, 'model' | 'coming'>): string {
  if (coming !== undefined) return coming.problem === undefined ? 'downloading' : 'failed';
  return model.installed ? 'here' : 'not downloaded';
}

/** One model to choose: a click shows it, a double click takes it. */
export function ModelRow(props: ModelRowProps) {
  const { id, model, isShown, isCurrent, show, choose } = props;
  const { facts, licence, installed, imported } = model;
  return (
    <div
      id={id}
      role="option"
      aria-selected={isShown}
      className="grid cursor-default grid-cols-[minmax(0,1fr)_56px_90px_70px_108px] items-baseline gap-x-3 rounded-[7px] px-2.5 py-1.5 hover:bg-paper aria-selected:bg-accent-soft"
      onClick={show}
      onDoubleClick={choose}
    >
      <span className="truncate" title={facts.id}>
        <b className="font-[550]">{facts.title}</b>
        {isCurrent ? <span className="text-ink-2"> · chosen now</span> : ''}
        {imported ? <span className="text-ink-2"> · imported</span> : ''}
      </span>
      <span className="text-right text-ink-2 tabular-nums">
        {facts.parameters === undefined ? '' : weightCount(facts.parameters)}
      </span>
      <span className="truncate text-ink-2" title={licence.id}>
        {licence.id}
      </span>
      <span className="text-right text-ink-2 tabular-nums">{bytes(facts.size)}</span>
      <span className="text-right">
        <span className="chip" data-tone={installed ? 'good' : 'plain'}>
          {state(props)}
        </span>
      </span>
    </div>
  );
}
