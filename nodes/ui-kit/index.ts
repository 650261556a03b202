export { Facts } from './facts.tsx';
export { fittingRows, type FittingRow } from './fitting-rows.ts';
export { Bar, HitList } from './hit-list.tsx';
export { type Mark, MarkedText } from './marked-text.tsx';
export type { PreviewComponent, PreviewProps } from './preview-props.ts';
export { Pager, RawRow, RowList } from './row-list.tsx';
export { SourceLink, spanLabel } from './source-link.tsx';
