import { announce } from '@graft/view';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api, queries, queryClient } from '../../api/client.ts';
import { useDocument } from '../../kit/stores.ts';
import { usePlan } from '../../api/runs/plan-store.ts';

export type Offered = Awaited<ReturnType<typeof api.models.offered.query>>;
export type OfferedModel = Offered['models'][number];
export type Download = Awaited<ReturnType<typeof api.models.downloads.query>>[number];

/** Milliseconds between two looks at how far downloads are. */
const lookEvery = 400;

/** Reads anew which models there are, and what this makes of the graph. */
export async function refreshModels(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: queries.models.offered.queryKey() }),
    queryClient.invalidateQueries({ queryKey: queries.catalogue.models.queryKey() }),
  ]);
  const { file, graph } = useDocument.getState();
  if (file !== null) await usePlan.getState().ask(file.path, graph);
}

/** Reads the downloads. Once one has ended, the list of models is read first, so that its model is never in neither. */
async function readDownloads(): Promise<Download[]> {
  const downloads = await api.models.downloads.query();
  const before = queryClient.getQueryData(queries.models.downloads.queryKey()) ?? [];
  const hasEnded = ({ model }: Download): boolean =>
    downloads.every((download) => download.model !== model);
  if (before.some(hasEnded))
    await queryClient.invalidateQueries({ queryKey: queries.models.offered.queryKey() });
  return downloads;
}

/** Downloads under way or failed, by model. */
export function useDownloads(): ReadonlyMap<string, Download> {
  const { data = [] } = useQuery({
    queryKey: queries.models.downloads.queryKey(),
    queryFn: readDownloads,
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data?.some(({ problem }) => problem === undefined) === true ? lookEvery : false,
  });
  return new Map(data.map((download) => [download.model, download]));
}

/** The conversion of a model that is under way, else the one that failed. */
export function conversionOf(
  downloads: ReadonlyMap<string, Download>,
  id: string,
): Download | undefined {
  const all = [...downloads.values()].filter(({ madeOf }) => madeOf === id);
  return all.find(({ problem }) => problem === undefined) ?? all[0];
}

/** The models whose download is under way. */
const goingIn = (downloads: ReadonlyMap<string, Download>): readonly string[] =>
  [...downloads].flatMap(([id, { problem }]) => (problem === undefined ? [id] : []));

/** Reads the models anew when a download has ended, and when one's size shows that the catalogue has got to know it. */
export function useFinishedDownloads(downloads: ReadonlyMap<string, Download>): void {
  const before = useRef<ReadonlyMap<string, Download>>(new Map());
  const unplanned = useRef(new Set<string>());
  useEffect(() => {
    const going = [...before.current].filter(([, { problem }]) => problem === undefined);
    before.current = downloads;
    const ended = going.filter(([id]) => !downloads.has(id)).map(([, download]) => download);
    const isFound = going.some(
      ([id, { progress }]) =>
        progress?.total === undefined && downloads.get(id)?.progress?.total !== undefined,
    );
    const tellPlan = (): void => {
      const going = [...starting, ...goingIn(before.current)];
      const coming = new Set([...unplanned.current, ...going]);
      usePlan.getState().setComing([...coming]);
    };
    // A model that was just downloaded stays listed until the plan knows it.
    for (const { model } of ended) unplanned.current.add(model);
    tellPlan();
    if (isFound || ended.length > 0)
      void refreshModels().then(() => {
        for (const { model } of ended) unplanned.current.delete(model);
        tellPlan();
        return announceCome(ended);
      });
  });
}

/** Of downloads that ended, those that were not only paused. */
async function announceCome(ended: readonly Download[]): Promise<void> {
  if (ended.length === 0) return;
  const { models } = await queryClient.fetchQuery(queries.models.offered.queryOptions());
  for (const { model, madeOf } of ended) {
    const come = models.find(({ facts, installed }) => installed && facts.id === model);
    const how = madeOf === undefined ? 'downloaded' : 'converted';
    if (come !== undefined) announce(`${come.facts.title} is ${how}.`);
  }
}

const look = (): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: queries.models.downloads.queryKey() });

type DownloadInput = Parameters<typeof api.models.download.mutate>[0];

/** Downloads that were asked for just now: the list of downloads has them soon. */
const starting = new Set<string>();

export async function download(of: DownloadInput): Promise<void> {
  const { coming, setComing } = usePlan.getState();
  // A run that is asked for from now on waits for it.
  starting.add(of.id);
  setComing([...coming, of.id]);
  try {
    await api.models.download.mutate(of);
    await lookFor(of.id);
  } catch (error) {
    setComing([...usePlan.getState().coming].filter((id) => id !== of.id));
    throw error;
  } finally {
    starting.delete(of.id);
  }
}

/** Begins to make a GGUF file of a model; gives the id of what is made. */
export async function convertModel(
  of: Parameters<typeof api.models.convert.mutate>[0],
): Promise<string> {
  const { id } = await api.models.convert.mutate(of);
  await lookFor(id);
  return id;
}

async function lookFor(id: string): Promise<void> {
  await look();
  const under = queryClient.getQueryData(queries.models.downloads.queryKey());
  // One that came before the first look was never seen under way.
  if (under?.some(({ model }) => model === id) !== true) await refreshModels();
}

/** Stops a download, or forgets one that failed. */
export async function cancelDownload(id: string): Promise<void> {
  await api.models.cancelDownload.mutate({ id });
  await look();
}

/** Deletes what has come of a download that is paused or has failed. */
export async function discardDownload(id: string): Promise<void> {
  await api.models.discardDownload.mutate({ id });
  await Promise.all([look(), refreshModels()]);
}
