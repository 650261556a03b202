import { useEffect, useState } from 'react';
import { useScreen } from '../kit/stores.ts';
import type { Notice } from '@graft/view';
import { CloseIcon } from '../kit/icons.tsx';

/** Milliseconds that a line stays, unless the pointer or the focus is on it: what asks for something stays longer. */
const shownFor = { said: 6_000, error: 15_000, asked: 20_000 };

/** Milliseconds that a line stays; undefined: until it is taken away. */
export function timeOf({ tone, action, until }: Notice): number | undefined {
  if (until === 'done') return undefined;
  return shownFor[action !== undefined ? 'asked' : tone === 'error' ? 'error' : 'said'];
}

function NoticeLine({ notice }: { readonly notice: Notice }) {
  const { id, tone, message, action } = notice;
  const { dismiss } = useScreen.getState();
  const [held, hold] = useState(false);
  const ms = timeOf(notice);
  useEffect(() => {
    if (held || ms === undefined) return;
    const timer = setTimeout(() => dismiss(id), ms);
    return () => clearTimeout(timer);
  }, [id, ms, held, dismiss]);
  return (
    <div
      role={tone === 'error' ? 'alert' : 'status'}
      data-testid="notice"
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(false)}
      onFocus={() => hold(true)}
      onBlur={() => hold(false)}
      className={`flex items-start gap-3 rounded-[8px] border bg-panel py-2 pr-1.5 pl-3 shadow-(--shadow) ${tone === 'error' ? 'border-error' : 'border-line-strong'}`}
    >
      <span
        className={`max-w-[560px] flex-1 py-[3px] whitespace-pre-line ${tone === 'error' ? 'text-error' : ''}`}
      >
        {message}
      </span>
      {action === undefined ? null : (
        <button
          type="button"
          className="button small"
          onClick={() => {
            dismiss(id);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label="Dismiss"
        onClick={() => dismiss(id)}
      >
        <CloseIcon />
      </button>
    </div>
  );
}

/** Lines above the lower edge of the canvas, clear of its tools: what went wrong and what to do, or what happened. */
export function Notices() {
  const notices = useScreen((state) => state.notices);
  return (
    <div className="pointer-events-none absolute right-28 left-3 print:hidden bottom-3 xl:inset-x-44 z-20 flex flex-col items-center gap-2 *:pointer-events-auto">
      {notices.map((notice) => (
        <NoticeLine key={notice.id} notice={notice} />
      ))}
    </div>
  );
}
