declare global {
  interface Window {
    /** Ids of the nodes and edges whose components React has rendered since this was asked last. */
    renders(): readonly string[];
  }
}

/** Of React's fibers what its own developer tools read to tell which components were rendered. */
interface Fiber {
  readonly alternate: Fiber | null;
  readonly child: Fiber | null;
  readonly sibling: Fiber | null;
  readonly flags: number;
  readonly type: unknown;
  readonly memoizedProps: unknown;
}

/** Has a page count what React renders: it runs there before the page's own scripts, in the place of React's developer tools. */
export function countRenders(): void {
  const performedWork = 1;
  let rendered: string[] = [];
  const idOf = ({ type, memoizedProps }: Fiber): string | undefined => {
    if (typeof type === 'string' || typeof memoizedProps !== 'object' || memoizedProps === null)
      return undefined;
    const id: unknown = 'id' in memoizedProps ? memoizedProps.id : undefined;
    return typeof id === 'string' ? id : undefined;
  };
  // Goes where React went: what it left alone is the same fiber as before.
  const visit = (fiber: Fiber): void => {
    const { alternate, child, flags } = fiber;
    const id = idOf(fiber);
    if (id !== undefined && (alternate === null || (flags & performedWork) !== 0))
      rendered.push(id);
    if (alternate !== null && alternate.child === child) return;
    for (let next = child; next !== null; next = next.sibling) visit(next);
  };
  Object.assign(window, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      supportsFiber: true,
      renderers: new Map(),
      inject: () => 1,
      onCommitFiberRoot: (_renderer: number, { current }: { readonly current: Fiber }) =>
        visit(current),
      onCommitFiberUnmount: () => undefined,
      onPostCommitFiberRoot: () => undefined,
    },
    renders: () => {
      const all = rendered;
      rendered = [];
      return all;
    },
  });
}
