import { provideActions, type Actions } from '@graft/view';
import { appViewActions } from '../app-view/actions.ts';

/** What features do for each other: every action has the feature that owns it. */
const actions: Actions = { ...appViewActions };

provideActions(actions);
