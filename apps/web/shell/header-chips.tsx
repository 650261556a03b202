import { RunningElsewhere } from './running-elsewhere.tsx';
import { RunsOnChange } from './runs-on-change.tsx';

/** What goes on beside what is done on the page. */
export function HeaderChips() {
  return (
    <>
      <RunningElsewhere />
      <RunsOnChange />
    </>
  );
}
