import { Content, Item, Portal, Root, Separator, Trigger } from '@radix-ui/react-dropdown-menu';
import { Fragment } from 'react';
import { chordName } from '../commands/chord.ts';
import { useOverlay, type OpenMenu } from '../state/overlay-store.ts';
import { menuItems } from './menu-items.ts';
import { menuPlace } from './menu-place.ts';

function close(): void {
  useOverlay.getState().show({ menu: null });
}

/** The menu of what was pointed at, where it was pointed at. */
export function ContextMenu({ menu }: { readonly menu: OpenMenu }) {
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
          side="bottom"
          sideOffset={2}
          collisionPadding={8}
          loop
          aria-label="Actions"
          // Of a window that is low it scrolls, and is then to be scrolled by keys too.
          tabIndex={0}
          onContextMenu={(event) => event.preventDefault()}
          // Keys of the canvas, such as Delete, are not meant while a menu is open.
          onKeyDown={(event) => event.nativeEvent.stopPropagation()}
        >
          {groups.map((group, at) => (
            <Fragment key={group[0]?.id}>
              {at === 0 ? null : <Separator className="menu-line" />}
              {group.map(({ id, title, keys, disabled, grave, run }) => (
                <Item
                  key={id}
                  className="menu-item"
                  disabled={disabled === true}
                  data-grave={grave === true}
                  onSelect={() => {
                    close();
                    // After the menu has given the focus back, which a field that opens now would lose.
                    setTimeout(run);
                  }}
                >
                  <span className="flex-1 truncate">{title}</span>
                  {keys === undefined ? null : <kbd className="menu-keys">{chordName(keys)}</kbd>}
                </Item>
              ))}
            </Fragment>
          ))}
        </Content>
      </Portal>
    </Root>
  );
}
