import { useId, type ComponentProps, type ReactNode } from 'react';
import { copyText } from '../../kit/copy-text.ts';

/** A part of a settings page, under a heading. */
export function Section(props: {
  readonly title: string;
  readonly about?: ReactNode;
  readonly children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mb-7 last:mb-2">
      <h3 id={id} className="font-[620]">
        {props.title}
      </h3>
      {props.about === undefined ? null : (
        <p className="mt-0.5 max-w-[72ch] text-ink-2">{props.about}</p>
      )}
      <div className="mt-2">{props.children}</div>
    </section>
  );
}

/** A list of settings, with hairlines between them. */
export function Rows({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}) {
  return (
    <ul aria-label={label} className="border-y border-line">
      {children}
    </ul>
  );
}

export function Row({ children }: { readonly children: ReactNode }) {
  return (
    <li className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-1.5 first:border-t-0">
      {children}
    </li>
  );
}

/** Removes what a row is about, once the question is answered. */
export function RemoveButton(props: {
  /** `the price of gpt-5-mini`: the button is called by it. */
  readonly what: string;
  readonly onAsk: () => void;
}) {
  return (
    <button
      type="button"
      className="button small"
      aria-label={`Remove ${props.what}`}
      onClick={props.onAsk}
    >
      Remove
    </button>
  );
}

/** In the place of a form for what the environment of Graft sets. */
export function SetInEnvironment({ name }: { readonly name: string }) {
  return (
    <p className="mt-2 text-ink-2">
      {name} is set in the environment of Graft. Change it where Graft is started.
    </p>
  );
}

/** A field with its name above it. */
export function Field({
  label,
  className = '',
  ...input
}: ComponentProps<'input'> & { readonly label: string }) {
  return (
    <label className={`block min-w-0 ${className}`}>
      <span className="mb-1 block font-[550]">{label}</span>
      <input className="field" autoComplete="off" spellCheck={false} {...input} />
    </label>
  );
}

/** What came of a change. */
export function Outcome(props: { readonly refused?: string; readonly done?: string }) {
  const { refused, done } = props;
  if (refused !== undefined)
    return (
      <p role="alert" className="mt-2 whitespace-pre-line text-error">
        {refused}
      </p>
    );
  return (
    <p role="status" className="mt-2 text-ink-2 empty:hidden">
      {done}
    </p>
  );
}

/** Lines for the settings file, for who cannot change it on the page. */
export function FileLines({ lines, file }: { readonly lines: string; readonly file: string }) {
  return (
    <div className="mt-2">
      <p className="mb-1 text-ink-2">
        Put {lines.includes('\n') ? 'these lines' : 'this line'} into{' '}
        <code className="font-mono text-[11.5px] text-ink">{file}</code> on that computer:
      </p>
      <div className="flex items-start gap-2 rounded-[7px] border border-line bg-paper px-2.5 py-1.5">
        <pre className="min-w-0 flex-1 font-mono text-[11.5px] whitespace-pre-wrap wrap-anywhere">
          {lines}
        </pre>
        <button
          type="button"
          className="button small"
          onClick={() => void copyText(lines, 'the line for the settings file')}
        >
          Copy
        </button>
      </div>
    </div>
  );
}
