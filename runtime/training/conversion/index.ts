export { planGguf, type GgufPlan, type ToGgufOptions, type WriteHooks } from './to-gguf.ts';
