import { paramCounts, paramFields, settingText, type NodeType } from '@graft/graph';
import { useDocument, useRunView, usePath } from '../../kit/stores.ts';
import { givenParams, bodyAt, nodeIn } from '@graft/view';
import { useShallow } from 'zustand/react/shallow';

/** What a node has in the file as it is now; undefined where it is no longer there. */
function useParamsNow(id: string): Readonly<Record<string, unknown>> | undefined {
  const own = useDocument(({ graph, trail }) => nodeIn(graph, bodyAt(trail), id)?.params);
  const given = useDocument(useShallow(({ graph, trail }) => givenParams(graph, trail, id)));
  return own === undefined ? undefined : { ...own, ...given };
}

/** The parameters that a node had in the run of before that is on the screen; what is another now says so. */
export function PastParameters(props: { readonly node: string; readonly definition: NodeType }) {
  const { node, definition } = props;
  const path = usePath(node);
  const past = useRunView((state) => state.pastParams[path]);
  const params = useParamsNow(node);
  if (past === undefined) {
    return <p className="px-4 py-3 text-ink-2">This run did not include this node.</p>;
  }
  const now = definition.params.safeParse(params);
  const current: Readonly<Record<string, unknown>> = now.success ? now.data : (params ?? {});
  const fields = new Map(paramFields(definition).map((field) => [field.name, field]));
  const textOf = (name: string, value: unknown): string =>
    value === null && fields.get(name)?.auto !== undefined ? 'auto' : settingText(value);
  return (
    <dl className="min-h-0 flex-1 overflow-auto px-4 py-3" data-testid="past-parameters">
      {Object.entries(past).map(([name, value]) => {
        if (!paramCounts(definition, name, (other) => [past[other], current[other]])) return null;
        const before = textOf(name, value);
        const today = textOf(name, current[name]);
        return (
          <div key={name} className="border-b border-line py-1.5 last:border-0">
            <dt className="text-ink-2">{fields.get(name)?.title ?? name}</dt>
            <dd className="break-words whitespace-pre-wrap">{before === '' ? 'empty' : before}</dd>
            {before === today || params === undefined ? null : (
              <dd className="line-clamp-3 text-sm text-working">
                now {today === '' ? 'empty' : today}
              </dd>
            )}
          </div>
        );
      })}
    </dl>
  );
}
