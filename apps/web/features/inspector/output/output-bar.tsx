import { Content, Item, Portal, Root, Trigger } from '@radix-ui/react-dropdown-menu';
import type { ArtifactRef } from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import { useState, type ReactNode } from 'react';
import { isAsking } from '../../../api/graphs/asked-link.ts';
import { menuPlace } from '../../../kit/open-menu.ts';
import { CopyIcon, DownloadIcon, EditIcon, FreezeIcon } from '../../../kit/icons.tsx';
import { copyText, textOf } from '../../../kit/copy-text.ts';
import type { EditWish } from './freeze.ts';
import { downloadAddress, downloadFormats } from './download-formats.ts';
import { FindBar, type FindBarProps } from '../../../kit/find/find-bar.tsx';

function Menu(props: {
  readonly label: string;
  readonly icon: ReactNode;
  readonly children: ReactNode;
}) {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  return (
    // The inspector may be laid over the page, and back, between two times.
    <Root modal={false} onOpenChange={(open) => open && setPlace(menuPlace())}>
      <Trigger className="icon-button" aria-label={props.label} title={props.label}>
        {props.icon}
      </Trigger>
      <Portal container={place}>
        <Content className="menu" align="end" sideOffset={4} collisionPadding={8} loop>
          {props.children}
        </Content>
      </Portal>
    </Root>
  );
}

interface OutputMenusProps {
  readonly artifact: ArtifactRef;
  readonly rows: readonly unknown[];
  /** The same, also where only the beginnings of their texts have come. */
  readonly wholeRows: () => Promise<readonly unknown[]>;
  readonly total: number;
  /** What the downloaded file is called. */
  readonly name: string;
  /** Keeps these rows as a file that stands in the node's place; absent where that cannot be. */
  readonly freeze: (() => void) | undefined;
  /** Opens the editor on these rows, which are frozen first where they are not; absent where that cannot be. */
  readonly edit: EditWish | undefined;
}

/** Copies what is shown, and downloads all there is. */
function OutputMenus(props: OutputMenusProps) {
  const { artifact, rows, wholeRows, total, name, freeze, edit } = props;
  const copy = async (textOfRow: (row: unknown) => string, between: string): Promise<string> =>
    (await wholeRows()).map(textOfRow).join(between);
  const what = plural(rows.length, 'row');
  // Downloads are not for people who came by an ask link: they can copy.
  const formats = isAsking() ? [] : downloadFormats(artifact);
  return (
    <>
      <Menu label="Copy" icon={<CopyIcon />}>
        <Item
          className="menu-item"
          onSelect={() =>
            void copy(textOf, '\n\n').then((text) => copyText(text, `${what} as text`))
          }
        >
          Copy {what} as text
        </Item>
        <Item
          className="menu-item"
          onSelect={() =>
            void copy(JSON.stringify, '\n').then((text) => copyText(text, `${what} as JSON`))
          }
        >
          Copy {what} as JSON lines
        </Item>
      </Menu>
      {freeze === undefined ? null : (
        <button
          type="button"
          className="icon-button"
          aria-label="Freeze this output"
          title="Freeze this output: write its rows to a file that takes the node’s place"
          onClick={freeze}
        >
          <FreezeIcon />
        </button>
      )}
      {edit === undefined ? null : (
        <button
          type="button"
          className="icon-button"
          aria-label={edit.label}
          title={edit.title}
          onClick={edit.run}
        >
          <EditIcon />
        </button>
      )}
      {formats.length === 0 ? null : (
        <Menu label="Download" icon={<DownloadIcon />}>
          {formats.map((format) => (
            <Item key={format.format} className="menu-item" asChild>
              <a href={downloadAddress(artifact, format, name)} download>
                <span className="flex-1">{format.title}</span>
                <span className="menu-keys">{plural(total, 'row')}</span>
              </a>
            </Item>
          ))}
        </Menu>
      )}
    </>
  );
}

type OutputBarProps = Omit<FindBarProps, 'children'> & Omit<OutputMenusProps, 'total'>;

/** Above an output: find in all of its rows, go to one, copy, download. */
export function OutputBar(props: OutputBarProps) {
  const { artifact, rows, wholeRows, name, freeze, edit, ...find } = props;
  return (
    <FindBar {...find}>
      <OutputMenus {...{ artifact, rows, wholeRows, name, freeze, edit }} total={find.total} />
    </FindBar>
  );
}
