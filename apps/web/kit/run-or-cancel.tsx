import { useEffect, useState } from 'react';
import { keyName } from './chord.ts';

/** How long "Run" waits where "Cancel" just stood: about what a hand needs to see that the button changed. */
const settling = 400;

/** Whether what worked has ended a moment ago. */
function useJustEnded(working: boolean): boolean {
  const [before, setBefore] = useState(working);
  const [justEnded, setJustEnded] = useState(false);
  if (before !== working) {
    setBefore(working);
    setJustEnded(!working);
  }
  useEffect(() => {
    if (!justEnded) return;
    const timer = setTimeout(() => setJustEnded(false), settling);
    return () => clearTimeout(timer);
  }, [justEnded]);
  return justEnded;
}

/**
 * Runs, or cancels what runs. A click that was aimed at "Cancel" as the run ended starts no other one, and the second of
 * a double click on "Run" cancels nothing.
 */
export function RunOrCancel(props: {
  readonly working: boolean;
  readonly disabled: boolean;
  readonly look?: 'small';
  readonly of?: string;
  readonly run: () => void;
  readonly cancel: () => void;
  /** Whether the key that does the same stands beside it. */
  readonly byKey?: boolean;
}) {
  const { working, disabled, look = '', of = '', run, cancel, byKey = false } = props;
  const justEnded = useJustEnded(working);
  if (working) {
    return (
      <button
        type="button"
        className={`button ${look} stop`}
        onClick={({ detail }) => {
          if (detail < 2) cancel();
        }}
      >
        Cancel{of}
      </button>
    );
  }
  return (
    <button
      type="button"
      className={`button ${look} go`}
      disabled={disabled}
      aria-disabled={justEnded || undefined}
      onClick={() => {
        if (!justEnded) run();
      }}
    >
      Run{of}{' '}
      {byKey ? <span className="font-normal opacity-90 max-md:hidden">{keyName('↵')}</span> : null}
    </button>
  );
}
