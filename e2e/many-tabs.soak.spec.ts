import { test } from './small-workspace.ts';
import { workInTabs } from './work-in-tabs.ts';

test('twelve tabs of one browser work while a run streams', ({ context, workspace }) =>
  workInTabs(context, workspace, 12));
