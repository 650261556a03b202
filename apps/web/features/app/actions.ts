import type { Actions } from '@graft/view';
import { runForm } from './run-form.ts';

export const appViewActions = { runForm } satisfies Partial<Actions>;
