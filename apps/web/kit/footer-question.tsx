import { useEffect, useRef, type ReactNode } from 'react';

interface QuestionProps {
  readonly text: string;
  readonly children: ReactNode;
}

/** A question in the place of a dialog's buttons, with the answer that loses nothing first. */
export function FooterQuestion({ text, children }: QuestionProps) {
  const answers = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { activeElement: before, body } = document;
    const dialog = answers.current?.closest('dialog');
    answers.current?.querySelector('button')?.focus();
    return () => {
      // The button that it was asked of has given way to it.
      const there = before !== null && before !== body && before.isConnected ? before : undefined;
      const place = there ?? dialog?.querySelector('[data-list], .cm-content');
      if (place instanceof HTMLElement) place.focus();
    };
  }, []);
  return (
    <div className="flex flex-1 items-center gap-3" role="alertdialog" aria-label={text}>
      <p className="min-w-0 flex-1 font-[550]">{text}</p>
      <div ref={answers} className="flex gap-2">
        {children}
      </div>
    </div>
  );
}
