import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, queries, queryClient } from '../../api/client.ts';
import { refusalOf } from '../../api/problem.ts';
import { usePlan } from '../../api/runs/plan-store.ts';
import { useDocument } from '../../kit/stores.ts';

/** The operator's settings, without the secrets. */
export type Operator = Awaited<ReturnType<typeof api.settings.operator.query>>;

export const useOperator = () => useQuery(queries.settings.operator.queryOptions());

/** How a server that graphs may ask stands in the settings file. */
export const endpointText = ({ origin, secret }: Operator['endpoints'][number]): string =>
  secret === undefined ? origin : `${secret}@${origin}`;

/** A question before something is deleted; the first answer deletes nothing. */
export interface Question {
  readonly text: string;
  /** What the button that deletes says. */
  readonly yes: string;
  readonly act: () => Promise<void>;
}

/** Reads the settings again and plans the open graph by them. The look at this machine stays: it takes seconds, and nothing changed there. */
export async function refreshSettings(): Promise<void> {
  await Promise.all(
    [
      queries.settings.operator.queryKey(),
      queries.settings.models.queryKey(),
      queries.settings.disk.queryKey(),
      queries.settings.cleanUpPreview.queryKey(),
      queries.catalogue.secrets.queryKey(),
      queries.catalogue.models.queryKey(),
      queries.models.pathKey(),
    ].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
  const { file, graph } = useDocument.getState();
  if (file !== null) await usePlan.getState().ask(file.path, graph);
}

/** One change of the settings at a time: whether it is under way, why it was refused, or what it did. */
export function useChange() {
  const [state, setState] = useState<{ readonly refused?: string; readonly done?: string }>({});
  const [isGoing, setGoing] = useState(false);
  /** Whether it was done. */
  const change = async (act: () => Promise<unknown>, done: string): Promise<boolean> => {
    setGoing(true);
    setState({});
    try {
      await act();
      await refreshSettings();
      setState({ done });
      return true;
    } catch (error) {
      setState({ refused: refusalOf(error) });
      return false;
    } finally {
      setGoing(false);
    }
  };
  return { ...state, isGoing, change };
}
