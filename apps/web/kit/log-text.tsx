const tones = { info: '', warning: 'text-working', error: 'text-error' } as const;

/** What a line says, in the colour of its level, which stands before it. */
export function LogText(props: { readonly level: keyof typeof tones; readonly text: string }) {
  const { level, text } = props;
  return (
    <span className={`min-w-0 break-words ${tones[level]}`}>
      {level === 'info' ? '' : `${level}: `}
      {text}
    </span>
  );
}
