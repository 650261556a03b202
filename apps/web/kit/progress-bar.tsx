interface ProgressBarProps {
  readonly label: string;
  /** From 0 to 1; undefined where the end is not known. */
  readonly share: number | undefined;
  /** On a line of its own; else on the hairline above what it stands in. */
  readonly inline?: boolean;
}

export function ProgressBar({ label, share, inline = false }: ProgressBarProps) {
  return (
    <span
      className={inline ? 'progress inline' : 'progress'}
      role="progressbar"
      aria-label={label}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
    >
      <i
        data-unknown={share === undefined}
        style={share === undefined ? undefined : { width: `${share * 100}%` }}
      />
    </span>
  );
}
