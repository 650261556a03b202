import type { ReactNode } from 'react';
import { memoryWords } from './memory-words.ts';
import type { Offered } from './use-models.ts';

const fitWords = { fits: 'fits', tight: 'tight', 'too-large': 'too large' } as const;
const fitTones = { fits: 'good', tight: 'working', 'too-large': 'bad' } as const;

interface PrecisionRowProps {
  /** Rows of a group exclude each other. */
  readonly group: string;
  readonly value: string;
  readonly title?: string;
  readonly checked: boolean;
  readonly choose: () => void;
  /** What it is called. */
  readonly children: ReactNode;
  /** `98.4 MB` */
  readonly size: string;
  /** Bytes that it takes once it is loaded. */
  readonly memory: number;
  readonly machine: Offered['memory'];
}

/** A precision of a model to choose: its size, and whether it fits in memory. */
export function PrecisionRow(props: PrecisionRowProps) {
  const { group, value, title, checked, choose, children, size, memory, machine } = props;
  const { fits } = memoryWords({ memory, facts: { kind: 'language-model' } }, machine);
  return (
    <label
      title={title}
      className="grid cursor-default grid-cols-[auto_minmax(0,1fr)_auto_72px] items-center gap-x-2.5 rounded-[7px] px-2 py-1 hover:bg-paper has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
    >
      <input
        type="radio"
        className="outline-none"
        name={group}
        value={value}
        checked={checked}
        onChange={choose}
      />
      <span className="truncate">{children}</span>
      <span className="text-right text-ink-2 tabular-nums">{size}</span>
      <span className="text-right">
        <span className="chip bg-panel" data-tone={fitTones[fits]}>
          {fitWords[fits]}
        </span>
      </span>
    </label>
  );
}
