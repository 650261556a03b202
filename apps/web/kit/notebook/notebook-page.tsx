import type { CellHead } from '@graft/view';
import { useEffect, type ReactNode, type Ref } from 'react';
import { familyColour } from '../node-types.ts';
import { printLight } from './printing.ts';

/** A graph as a page: an outline, where there is any, and its nodes as cells, each below what feeds it. */
export function NotebookPage(props: {
  readonly outline: ReactNode;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLElement>;
}) {
  useEffect(printLight, []);
  return (
    <div className="notebook">
      {props.outline === null ? null : (
        <nav aria-label="Outline" className="notebook-outline">
          {props.outline}
        </nav>
      )}
      <main className="notebook-page" ref={props.ref}>
        <div className="notebook-cells">{props.children}</div>
      </main>
    </div>
  );
}

/** Cells that stand in a group of the canvas, under its title; without one, as they are. */
export function CellSection(props: {
  readonly title: string | undefined;
  readonly children: ReactNode;
}) {
  const { title, children } = props;
  if (title === undefined) return children;
  return (
    <section className="cell-section" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** The entries of such cells. */
export function OutlineSection(props: {
  readonly title: string | undefined;
  readonly children: ReactNode;
}) {
  const { title, children } = props;
  if (title === undefined) return <ol>{children}</ol>;
  return (
    <>
      <h2 className="outline-section">{title}</h2>
      <ol className="pl-2">{children}</ol>
    </>
  );
}

interface OutlineEntryProps {
  readonly head: CellHead;
  readonly 'data-problem': boolean;
  readonly onClick: () => void;
  readonly 'aria-current'?: boolean;
  /** The address of its cell, where cells have addresses. */
  readonly href?: string;
}

/** The line of a cell in the outline, which leads to it. */
export function OutlineEntry({ head, ...link }: OutlineEntryProps) {
  const Element = link.href === undefined ? 'button' : 'a';
  return (
    <Element className="outline-entry" style={{ '--c': familyColour(head.group) }} {...link}>
      <i className="group-square" />
      <span className="truncate">{head.title}</span>
    </Element>
  );
}
