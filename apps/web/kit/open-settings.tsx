import { namedSetting } from '@graft/view';
import { useOverlay } from './stores.ts';

/** Beside a message whose remedy is a setting: the way to it. Nothing beside any other message. */
export function OpenSettings({ message }: { readonly message: string }) {
  const place = namedSetting(message);
  if (place === undefined) return null;
  return (
    <button
      type="button"
      className="button small text-ink"
      onClick={() => useOverlay.getState().show({ settings: place })}
    >
      Open settings
    </button>
  );
}
