import type { ReactNode } from 'react';

/** Names and values in two columns. */
export function Facts({
  facts,
}: {
  /** An optional third entry explains the name. */
  readonly facts: readonly (readonly [string, ReactNode, (string | undefined)?])[];
}): ReactNode {
  return (
    <dl className="gk-facts">
      {facts.map(([name, value, meaning]) => (
        <div key={name}>
          <dt title={meaning}>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
