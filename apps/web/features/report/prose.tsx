import { Markdown } from '../../kit/markdown.tsx';

/** Notes in the place where they are read. */
export function Prose({ texts = [] }: { readonly texts?: readonly string[] | undefined }) {
  return texts.map((text, at) => (
    <section key={at} className="prose-cell" aria-label="Note">
      <Markdown text={text} level={2} />
    </section>
  ));
}
