import {
  Content,
  Item,
  Portal,
  Root,
  Separator,
  Sub,
  SubContent,
  SubTrigger,
  Trigger,
} from '@radix-ui/react-dropdown-menu';
import { Fragment } from 'react';
import { chordName } from '../kit/chord.ts';
import { useOverlay } from '../kit/stores.ts';
import type { OpenMenu } from '@graft/view';
import type { MenuItem, SubMenu } from './menu-item.ts';
import { useFetched } from '../kit/part.tsx';
import { menuItems } from './menu-items.ts';
import { menuPlace } from '../kit/open-menu.ts';

function close(): void {
  useOverlay.getState().show({ menu: null });
}

function Command({ item }: { readonly item: MenuItem }) {
  const { title, keys, disabled, grave, run } = item;
  return (
    <Item
      className="menu-item"
      disabled={disabled === true}
      data-grave={grave === true}
      onSelect={() => {
        close();
        // At once: keys pressed before the field appears would be lost.
        run();
      }}
    >
      <span className="flex-1 truncate">{title}</span>
      {keys === undefined ? null : <kbd className="menu-keys">{chordName(keys)}</kbd>}
    </Item>
  );
}

/** Keys of the canvas, such as Delete, must not act while a menu is open. */
const keepKeys = (event: { readonly nativeEvent: KeyboardEvent }): void =>
  event.nativeEvent.stopPropagation();

function Further({ title, items }: SubMenu) {
  return (
    <Sub>
      <SubTrigger className="menu-item">
        <span className="flex-1 truncate">{title}</span>
        <span className="menu-keys" aria-hidden="true">
          ▸
        </span>
      </SubTrigger>
      <Portal container={menuPlace()}>
        <SubContent className="menu" collisionPadding={8} loop onKeyDown={keepKeys}>
          {items.map((item) => (
            <Command key={item.id} item={item} />
          ))}
        </SubContent>
      </Portal>
    </Sub>
  );
}

/** The context menu, at the place where it was opened. */
export function ContextMenu({ menu }: { readonly menu: OpenMenu }) {
  // Whether a command is enabled may depend on code that is still coming.
  useFetched();
  const groups = menuItems(menu).filter((group) => group.length > 0);
  return (
    <Root
      open
      modal={false}
      onOpenChange={(open) => {
        if (!open) close();
      }}
    >
      <Trigger asChild>
        <span
          aria-hidden="true"
          className="pointer-events-none fixed size-0"
          style={{ left: menu.at.x, top: menu.at.y }}
        />
      </Trigger>
      <Portal container={menuPlace()}>
        <Content
          className="menu"
          align="start"
          // To the side, where the full height of the window is free.
          side="right"
          sideOffset={2}
          collisionPadding={8}
          loop
          aria-label="Actions"
          // In a low window the menu scrolls; keys must be able to scroll it.
          tabIndex={0}
          onContextMenu={(event) => event.preventDefault()}
          onKeyDown={keepKeys}
        >
          {groups.map((group, at) => (
            <Fragment key={group[0]?.id}>
              {at === 0 ? null : <Separator className="menu-line" />}
              {group.map((item) =>
                'items' in item ? (
                  <Further key={item.id} {...item} />
                ) : (
                  <Command key={item.id} item={item} />
                ),
              )}
            </Fragment>
          ))}
        </Content>
      </Portal>
    </Root>
  );
}
