import { Component, useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** Replaces a failed part of the page; `retry` loads the part again. */
export type Failure = (props: { readonly retry: () => void }) => ReactNode;

interface BoundaryProps {
  readonly failed: Failure;
  readonly children: ReactNode;
}

/** Contains errors of its children, so that the rest of the page survives. */
class Boundary extends Component<BoundaryProps, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false };

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  /** Renders the children again. */
  readonly #retry = (): void => this.setState({ hasFailed: false });

  override render(): ReactNode {
    const { failed: Failed, children } = this.props;
    return this.state.hasFailed ? <Failed retry={this.#retry} /> : children;
  }
}

/** Replaces a part that could not be fetched or that threw. */
export function PartFailure(props: { readonly retry: () => void; readonly children?: ReactNode }) {
  const { retry, children } = props;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 bg-panel px-4 py-3" role="alert">
      <p className="text-error">
        This part of the page could not be shown. Check that “graft serve” is still running; your
        graph is not lost.
      </p>
      <button type="button" className="button small" onClick={retry}>
        Try again
      </button>
      {children}
    </div>
  );
}

/** Number of `fetched` modules that have arrived. */
const arrivals = createStore(() => 0);

/** Renders again when `fetched` code has come. */
export const useFetched = (): number => useStore(arrivals);

const loads = new Set<() => Promise<unknown>>();

/** Prefetches all parts, one after the other. A part whose fetch fails is tried again when it is first drawn. */
export async function fetchParts(): Promise<void> {
  for (const load of loads) await load().catch(() => undefined);
}

/** Code that is fetched with the parts of the page; undefined until it is there. */
export function fetched<Code>(load: () => Promise<Code>): () => Code | undefined {
  let known: Code | undefined;
  const fetchIt = async (): Promise<void> => {
    if (known !== undefined) return;
    const code = await load();
    if (known !== undefined) return;
    known = code;
    arrivals.setState((count) => count + 1);
  };
  loads.add(fetchIt);
  return () => {
    if (known === undefined) fetchIt().catch(() => undefined);
    return known;
  };
}

/**
 * A part of the page that is fetched after the first paint, or when it is first drawn. If that fails, shows a failure
 * with a button to retry; React itself would unmount the whole page. Avoids React's `lazy`, because React delays
 * suspended content by at least 300 ms.
 */
export function part<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  failed: Failure = PartFailure,
): ComponentType<Props> {
  let known: ComponentType<Props> | undefined;
  loads.add(async () => {
    known ??= await load();
  });
  function Fetched(props: Props) {
    const [Loaded, setLoaded] = useState(() => known);
    const [failure, setFailure] = useState<{ readonly error: unknown }>();
    useEffect(() => {
      if (Loaded !== undefined) return;
      let isDrawn = true;
      load().then(
        (loaded) => {
          known = loaded;
          if (isDrawn) setLoaded(() => loaded);
        },
        (error: unknown) => isDrawn && setFailure({ error }),
      );
      return () => void (isDrawn = false);
    }, [Loaded]);
    if (failure !== undefined) throw failure.error;
    return Loaded === undefined ? null : <Loaded {...props} />;
  }
  return function Part(props: Props) {
    return (
      <Boundary failed={failed}>
        <Fetched {...props} />
      </Boundary>
    );
  };
}
