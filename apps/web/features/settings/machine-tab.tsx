import { useQuery } from '@tanstack/react-query';
import { api, queries, queryClient } from '../../api/client.ts';
import { FileLines, Outcome, Section, SetInEnvironment } from './parts.tsx';
import { useChange, useOperator } from './use-settings.ts';
import { WorkersSection } from './workers-section.tsx';

const tones = { ok: 'good', missing: 'plain', broken: 'bad' } as const;

/** What `graft doctor` finds on this computer, and where runs compute. */
export function MachineTab() {
  const machine = useQuery(
    // It starts a process for each engine: no batch waits for that, and it stays true while nobody changes the machine.
    queries.settings.machine.queryOptions(undefined, {
      trpc: { context: { skipBatch: true } },
      staleTime: Infinity,
    }),
  );
  const { data, error, isFetching } = machine;
  return (
    <>
      <WorkersSection />
      <DeviceChoice devices={data?.devices ?? []} />
      <Section
        title="This computer"
        about="What Graft needs, and the devices and engines that it can use here. The command graft doctor shows the same."
      >
        {error === null ? null : (
          <p role="alert" className="text-error">
            {error.message}
          </p>
        )}
        <p role="status" className="mb-2 text-ink-2 empty:hidden">
          {isFetching ? 'Trying each engine, which takes some seconds …' : ''}
        </p>
        {data === undefined ? null : (
          <ul aria-label="Checks" className="border-y border-line">
            {data.checks.map(({ id, title, status, detail, remedy }) => (
              <li
                key={id}
                className="grid gap-x-4 gap-y-0.5 border-t border-line py-1.5 first:border-t-0 md:grid-cols-[17rem_4.5rem_minmax(0,1fr)]"
              >
                <span>{title}</span>
                <span>
                  <span className="chip" data-tone={tones[status]}>
                    {status}
                  </span>
                </span>
                <span className="min-w-0 text-ink-2 wrap-anywhere">
                  {detail}
                  {remedy === undefined ? null : <span className="block text-sm">{remedy}</span>}
                </span>
              </li>
            ))}
          </ul>
        )}
        <button
          type="button"
          className="button mt-3"
          disabled={isFetching}
          onClick={() =>
            void queryClient.invalidateQueries({ queryKey: queries.settings.machine.queryKey() })
          }
        >
          Look again
        </button>
      </Section>
    </>
  );
}

type Devices = Awaited<ReturnType<typeof api.settings.machine.query>>['devices'];

/** The device of runs that name none, on the page and in a shell. */
function DeviceChoice({ devices }: { readonly devices: Devices }) {
  const { data: operator } = useOperator();
  const { change, isGoing, ...outcome } = useChange();
  if (operator === undefined) return null;
  const chosen = operator.device ?? 'auto';
  const offered = [
    { id: 'auto', name: 'Automatic: the processor, and a GPU for language models if there is one' },
    ...devices.map(({ id, name, software }) => ({
      id,
      name: `${id}: ${name}${software ? ', emulated and slow' : ''}`,
    })),
    { id: 'tensorflow', name: 'tensorflow: trains in plain JavaScript, many times slower' },
  ];
  // One that this machine does not have, or that was not looked for yet.
  const all = offered.some(({ id }) => id === chosen)
    ? offered
    : [...offered, { id: chosen, name: chosen }];
  const isFixed = operator.fixed.includes('GRAFT_DEVICE');
  return (
    <Section
      title="Device"
      about="The device for runs that name none, on this page and in a shell. Another class of device can give slightly different numbers; Graft then computes results anew."
    >
      <div className="max-w-[34rem]">
        <select
          aria-label="Device"
          className="field"
          value={chosen}
          disabled={isGoing || isFixed || operator.refusal !== undefined}
          onChange={({ target: { value } }) =>
            void change(
              () => api.settings.setDevice.mutate({ device: value === 'auto' ? null : value }),
              value === 'auto' ? 'Graft chooses the device.' : `Runs compute on ${value}.`,
            )
          }
        >
          {all.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {isFixed ? (
        <SetInEnvironment name="GRAFT_DEVICE" />
      ) : operator.refusal === undefined ? null : (
        <FileLines file={operator.file} lines="GRAFT_DEVICE=webgpu" />
      )}
      <Outcome {...outcome} />
    </Section>
  );
}
