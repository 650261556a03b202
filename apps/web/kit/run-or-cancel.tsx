import { useEffect, useState } from 'react';
import { keyName } from './chord.ts';

/**
 * Milliseconds that "Run" is blocked where "Cancel" just stood: about the time that a hand needs to notice the change.
 */
const settling = 400;

/** Whether a run has just ended. */
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
 * Runs, or cancels the run. A click on "Cancel" at the moment the run ends starts no new run, and the second click of a
 * double click on "Run" cancels nothing.
 */
export function RunOrCancel(props: {
  readonly working: boolean;
  readonly disabled: boolean;
  readonly look?: 'small';
  readonly of?: string;
  readonly run: () => void;
  readonly cancel: () => void;
  /** Whether to show the key beside it. */
  readonly byKey?: boolean;
}) {
  const { working, disabled, look = '', of = '', run, cancel, byKey = false } = props;
  const justEnded = useJustEnded(working);
  // The longer of both words with its key: what stands before it stays where it is.
  const width = byKey ? 'justify-center min-w-[4.5rem] md:min-w-[6.5rem]' : '';
  if (working) {
    return (
      <button
        type="button"
        className={`button ${look} stop ${width}`}
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
      className={`button ${look} go ${width}`}
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
