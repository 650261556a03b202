/**
 * All that the first node needs, as one part of the page: of two parts, each would bring its own copy of what both stand
 * on. The one place that names the node types: everything else gets them from `begin`.
 */
export { registry } from '@graft/nodes/definitions';
export { begin, Workbench } from '../shell/workbench.tsx';
