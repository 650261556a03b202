export type { PreviewComponent, PreviewProps } from './preview-props.ts';
