import { PlainControl as Control } from '../features/inspector/fields/plain-control.tsx';
import { PastRunBanner, PlainControl, RunsOnChange } from '../kit/slots.ts';
import { PastRunBanner as Banner } from '../features/runs/past-run-banner.tsx';
import { RunsOnChange as OnChange } from './header-chips.tsx';

PastRunBanner.fill(Banner);
PlainControl.fill(Control);
RunsOnChange.fill(OnChange);

export { AppView } from '../features/app/app-view.tsx';
