import { settingText } from '@graft/graph';

/** The parameters that a node does not leave to their defaults, as code has them. */
export function Settings({ params }: { readonly params: Readonly<Record<string, unknown>> }) {
  const set = Object.entries(params).filter(([, value]) => value !== undefined);
  if (set.length === 0) return <span className="text-ink-2">all defaults</span>;
  return set.map(([name, value]) => (
    <span key={name} className="cell-setting" title={settingText(value)}>
      <span className="text-ink-2">{name}=</span>
      {settingText(value)}
    </span>
  ));
}
