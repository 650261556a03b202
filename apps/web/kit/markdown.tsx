import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { createElement, Fragment, useMemo, type ReactNode } from 'react';

/** Longer texts are shown as they are written. */
const mostText = 100_000;
/** Deeper nesting of lists, quotations and words is shown as it is written. */
const mostDepth = 24;

interface MarkdownProps {
  readonly text: string;
  /**
   * The heading level of the page with which the largest heading of the text starts; absent: the text has no headings
   * of the page.
   */
  readonly level?: number;
  /** What bold words do that name a button of the page, such as **All models …**; undefined: they are only bold. */
  readonly press?: (words: string) => (() => void) | undefined;
}

/**
 * A Markdown text as elements. HTML is shown as it is written and pictures are links: a note by somebody else runs and
 * fetches nothing.
 */
export function Markdown({ text, level, press }: MarkdownProps) {
  const tokens = useMemo(() => tokensOf(text), [text]);
  if (tokens === undefined) return <p className="whitespace-pre-wrap">{text}</p>;
  return (
    <div className="markdown">
      {blocks(tokens, { depth: 0, heading: headings(tokens, level), press })}
    </div>
  );
}

/** Undefined if the text cannot be read as Markdown. */
function tokensOf(text: string): Token[] | undefined {
  if (text.length > mostText) return undefined;
  try {
    return lexer(text, { gfm: true });
  } catch {
    return undefined;
  }
}

interface At {
  readonly depth: number;
  /** The element of a heading. */
  readonly heading: (depth: number) => string;
  readonly press: MarkdownProps['press'];
}

/** Consecutive heading levels from the given one, whichever levels the text uses. */
function headings(tokens: readonly Token[], level: number | undefined): At['heading'] {
  if (level === undefined) return () => 'p';
  const depths = tokens.flatMap((token) =>
    isKnown(token) && token.type === 'heading' ? token.depth : [],
  );
  const sorted = [...new Set(depths)].sort((a, b) => a - b);
  return (depth) => `h${String(Math.min(6, level + Math.max(0, sorted.indexOf(depth))))}`;
}

/** Without extensions there are no other tokens. */
function isKnown(token: Token): token is MarkedToken {
  return token.type !== 'generic';
}

function blocks(tokens: readonly Token[] | undefined, at: At): ReactNode {
  return (tokens ?? []).map((token, key) => (
    <Fragment key={key}>
      {isKnown(token) ? drawn(token, { ...at, depth: at.depth + 1 }) : null}
    </Fragment>
  ));
}

function drawn(token: MarkedToken, at: At): ReactNode {
  if (at.depth > mostDepth) return token.raw;
  switch (token.type) {
    case 'heading':
      return createElement(
        at.heading(token.depth),
        { className: 'markdown-heading', 'data-depth': token.depth },
        blocks(token.tokens, at),
      );
    case 'paragraph':
      return <p>{blocks(token.tokens, at)}</p>;
    case 'blockquote':
      return <blockquote>{blocks(token.tokens, at)}</blockquote>;
    case 'list':
      return <List list={token} at={at} />;
    case 'table':
      return <Table table={token} at={at} />;
    case 'code':
      return (
        <pre>
          <code>{token.text}</code>
        </pre>
      );
    case 'hr':
      return <hr />;
    case 'text':
      return token.tokens === undefined ? characters(token.text) : blocks(token.tokens, at);
    case 'strong':
      return <Strong press={at.press?.(token.text)}>{blocks(token.tokens, at)}</Strong>;
    case 'em':
      return <em>{blocks(token.tokens, at)}</em>;
    case 'del':
      return <del>{blocks(token.tokens, at)}</del>;
    case 'codespan':
      return <code>{token.text}</code>;
    case 'br':
      return <br />;
    case 'escape':
      return token.text;
    case 'checkbox':
      return token.checked ? '☑ ' : '☐ ';
    case 'link':
      return <Link href={token.href}>{blocks(token.tokens, at)}</Link>;
    case 'image':
      return <Link href={token.href}>{token.text === '' ? token.href : token.text}</Link>;
    case 'html':
      return token.raw;
    case 'list_item':
      return blocks(token.tokens, at);
    case 'def':
    case 'space':
      return null;
  }
}

function Strong(props: { readonly press: (() => void) | undefined; readonly children: ReactNode }) {
  const { press, children } = props;
  if (press === undefined) return <strong>{children}</strong>;
  return (
    <button type="button" className="font-[600] text-ink underline" onClick={press}>
      {children}
    </button>
  );
}

function List({ list, at }: { readonly list: Tokens.List; readonly at: At }) {
  const items = list.items.map((item, key) => <li key={key}>{blocks(item.tokens, at)}</li>);
  if (!list.ordered) return <ul>{items}</ul>;
  return <ol start={list.start === '' ? 1 : list.start}>{items}</ol>;
}

function Table({ table, at }: { readonly table: Tokens.Table; readonly at: At }) {
  const cells = (row: readonly Tokens.TableCell[]): ReactNode =>
    row.map(({ tokens, align, header }, key) =>
      createElement(
        header ? 'th' : 'td',
        { key, style: align === null ? undefined : { textAlign: align } },
        blocks(tokens, at),
      ),
    );
  return (
    <table>
      <thead>
        <tr>{cells(table.header)}</tr>
      </thead>
      <tbody>
        {table.rows.map((row, key) => (
          <tr key={key}>{cells(row)}</tr>
        ))}
      </tbody>
    </table>
  );
}

/**
 * A link to a complete web address; any other link is text. A text may come from a file, where `//host` is a share of
 * another machine and a path one of this machine.
 */
function Link({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  if (!isPage(href)) return children;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className="nodrag">
      {children}
    </a>
  );
}

function isPage(href: string): boolean {
  try {
    return /^https?:\/\//i.test(href) && new URL(href).hostname !== '';
  } catch {
    return false;
  }
}

const named: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' },
};

/** Replaces named and numbered character references. */
function characters(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/gi,
    (...[all, ten, hex, name]) => {
      const code = ten === undefined ? parseInt(String(hex), 16) : Number(ten);
      if (Number.isInteger(code))
        return code <= 0x10ffff ? String.fromCodePoint(code) : String(all);
      return named[String(name).toLowerCase()] ?? String(all);
    },
  );
}
