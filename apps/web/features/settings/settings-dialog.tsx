import type { SettingsPlace } from '@graft/view';
import { useEffect, useRef, useState } from 'react';
import { refusalOf } from '../../api/problem.ts';
import { FooterQuestion, useModal } from '../../kit/dialog.tsx';
import { CloseIcon } from '../../kit/icons.tsx';
import { useOverlay } from '../../kit/stores.ts';
import { TabList } from '../../kit/tab-list.tsx';
import { DiskTab } from './disk-tab.tsx';
import { KeysTab } from './keys-tab.tsx';
import { MachineTab } from './machine-tab.tsx';
import { ModelsTab } from './models-tab.tsx';
import { refreshSettings, type Question } from './use-settings.ts';

const tabs = [
  { id: 'keys', title: 'Keys and servers' },
  { id: 'machine', title: 'Devices and memory' },
  { id: 'models', title: 'Models' },
  { id: 'disk', title: 'Disk' },
] as const;

function close(): void {
  useOverlay.getState().show({ settings: null });
}

/** The settings of this computer: keys and servers, devices, models, disk. */
export function SettingsDialog({ place }: { readonly place: SettingsPlace }) {
  const dialog = useModal();
  const panel = useRef<HTMLDivElement>(null);
  const [tab, setTab] = useState(place.tab);
  const [question, setQuestion] = useState<Question>();
  const [refused, setRefused] = useState<string>();
  const choose = (id: SettingsPlace['tab']): void => {
    setTab(id);
    setQuestion(undefined);
    setRefused(undefined);
  };
  useEffect(() => {
    dialog.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  }, [dialog]);
  useEffect(() => {
    if (panel.current !== null) panel.current.scrollTop = 0;
  }, [tab]);
  const ask = (asked: Question): void => {
    setRefused(undefined);
    setQuestion(asked);
  };
  const answer = async ({ act }: Question): Promise<void> => {
    setQuestion(undefined);
    try {
      await act();
      await refreshSettings();
    } catch (error) {
      setRefused(refusalOf(error));
    }
  };
  return (
    <dialog
      ref={dialog}
      className="dialog m-auto h-[min(720px,calc(100dvh-48px))] max-h-none w-[920px] overflow-hidden"
      aria-labelledby="settings-title"
      onClose={close}
    >
      <div className="flex h-full min-h-0 flex-col">
        <header className="shrink-0 border-b border-line px-5 pt-3">
          <div className="flex items-center justify-between">
            <h2 id="settings-title" className="text-lg font-[620]">
              Settings
            </h2>
            <button type="button" className="icon-button" aria-label="Close" onClick={close}>
              <CloseIcon />
            </button>
          </div>
          <TabList
            label="Settings"
            tabs={tabs}
            current={tab}
            choose={choose}
            panel="settings-panel"
            className="-mx-1.5 mt-1 flex gap-2.5 overflow-x-auto"
            tabClassName="border-b-2 border-transparent px-1.5 py-2 whitespace-nowrap text-ink-2 focus-visible:-outline-offset-2 aria-selected:border-accent aria-selected:font-[550] aria-selected:text-ink"
          />
        </header>
        <div
          ref={panel}
          id="settings-panel"
          role="tabpanel"
          aria-labelledby={`tab-${tab}`}
          tabIndex={-1}
          data-list
          data-focus
          className="min-h-0 flex-1 overflow-auto px-5 py-4 outline-none"
        >
          {tab === 'keys' ? (
            <KeysTab secret={place.secret} ask={ask} />
          ) : tab === 'machine' ? (
            <MachineTab />
          ) : tab === 'models' ? (
            <ModelsTab ask={ask} />
          ) : (
            <DiskTab ask={ask} />
          )}
        </div>
        {question === undefined && refused === undefined ? null : (
          <footer className="flex shrink-0 items-center gap-3 border-t border-line px-5 py-3">
            {question === undefined ? (
              <p role="alert" className="whitespace-pre-line text-error">
                {refused}
              </p>
            ) : (
              <FooterQuestion key={question.text} text={question.text}>
                <button type="button" className="button" onClick={() => setQuestion(undefined)}>
                  Cancel
                </button>
                <button type="button" className="button stop" onClick={() => void answer(question)}>
                  {question.yes}
                </button>
              </FooterQuestion>
            )}
          </footer>
        )}
      </div>
    </dialog>
  );
}
