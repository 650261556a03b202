import { count, plural } from '@graft/nodes/kit/ui';
import type { KeyboardEvent } from 'react';

const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** Arrows move between the tabs of a list, as everywhere; each tab opens as it gets the focus. */
function moveBetweenTabs(event: KeyboardEvent<HTMLElement>): void {
  const step = steps[event.key];
  if (step === undefined) return;
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')];
  const at = tabs.findIndex((tab) => tab === document.activeElement);
  const next = tabs[(at + step + tabs.length) % tabs.length];
  if (at === -1 || next === undefined) return;
  event.preventDefault();
  next.focus();
  next.click();
}

interface TabListProps<Id extends string> {
  readonly label: string;
  readonly tabs: readonly {
    readonly id: Id;
    readonly title: string;
    /** How many of what it shows warn of something. */
    readonly warnings?: number;
  }[];
  readonly current: Id | undefined;
  readonly choose: (id: Id) => void;
  readonly className: string;
  readonly tabClassName: string;
  /** Id of the element that shows what is chosen, and is labelled by `tab-` with the id of its tab. */
  readonly panel?: string;
}

/** One of a few things to be shown. */
export function TabList<Id extends string>(props: TabListProps<Id>) {
  const { label, tabs, current, choose, className, tabClassName, panel } = props;
  return (
    <div role="tablist" aria-label={label} onKeyDown={moveBetweenTabs} className={className}>
      {tabs.map(({ id, title, warnings = 0 }) => (
        <button
          key={id}
          type="button"
          role="tab"
          {...(panel === undefined ? {} : { id: `tab-${id}`, 'aria-controls': panel })}
          aria-selected={id === current}
          className={tabClassName}
          onClick={() => choose(id)}
        >
          {title}
          {warnings === 0 ? null : (
            <span className="ml-1 text-working" title={plural(warnings, 'warning')}>
              {count(warnings)}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}

/** The ports of a node, one of whose outputs is shown; nothing where there is no choice. */
export function PortTabs(props: {
  readonly ports: readonly string[];
  readonly current: string | undefined;
  readonly choose: (port: string) => void;
}) {
  if (props.ports.length < 2) return null;
  return (
    <TabList
      label="Outputs"
      tabs={props.ports.map((port) => ({ id: port, title: port }))}
      current={props.current}
      choose={props.choose}
      className="flex gap-1 px-4 pb-3"
      tabClassName="chip aria-selected:bg-accent-soft aria-selected:text-accent"
    />
  );
}
