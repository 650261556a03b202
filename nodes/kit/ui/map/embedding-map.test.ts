import { expect, it } from 'vitest';
import { embeddingGroups } from './embedding-groups.ts';
import { EmbeddingPlaces } from './embedding-places.ts';
import { questionPlaces } from './map-questions.ts';

const map = (documents: readonly string[], documentOf: readonly number[]) => ({
  ...{ documents, documentOf, total: documentOf.length },
  rows: [...documentOf.keys()],
  places: documentOf.flatMap(() => [0, 0]),
});

it('groups points by their documents, where those are few', () => {
  const { names, counts, groupOf } = embeddingGroups(map(['a/x.md', 'b.md'], [0, 0, 1]));
  expect(names).toEqual(['a/x.md', 'b.md']);
  expect(counts).toEqual([2, 1]);
  expect(groupOf).toEqual([0, 0, 1]);
});

it('groups points of many documents by folders and sites, the smallest together', () => {
  const folders = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].flatMap((folder) => [
    `${folder}/1.md`,
    `${folder}/2.md`,
  ]);
  const documents = [...folders, 'https://example.com/deep/page'];
  const documentOf = documents.flatMap((_, at) => (at < 12 ? [at, at] : [at]));
  const { names, counts } = embeddingGroups(map(documents, documentOf));
  expect(names).toEqual(['a/', 'b/', 'c/', 'd/', 'e/', 'f/', '2 others']);
  expect(counts).toEqual([4, 4, 4, 4, 4, 4, 3]);
});

const places = new EmbeddingPlaces(
  { places: [-1, 1, 1, 1, 0, 0, 0.1, 0.02] },
  { width: 220, height: 120 },
);

it('finds the point near a place, and none far away', () => {
  expect(places.spots[0]).toEqual({ x: 10, y: 10 });
  expect(places.near({ x: 12, y: 13 })).toBe(0);
  expect(places.near({ x: 119, y: 60 })).toBe(3);
  expect(places.near({ x: 60, y: 30 })).toBeUndefined();
});

it('goes from point to point by direction', () => {
  expect(places.towards(2, { x: 1, y: 0 })).toBe(3);
  expect(places.towards(3, { x: -1, y: 0 })).toBe(2);
  expect(places.towards(0, { x: 1, y: 0 })).toBe(2);
  expect(places.towards(0, { x: 0, y: -1 })).toBeUndefined();
});

it('takes the points within a line around them', () => {
  const line = [
    { x: 100, y: 50 },
    { x: 130, y: 50 },
    { x: 130, y: 70 },
    { x: 100, y: 70 },
  ];
  expect(places.within(line)).toEqual([2, 3]);
  expect(places.within([])).toEqual([]);
});

it('places a question amid what is nearest to it, by how near each is', () => {
  const places = questionPlaces({ places: [0, 0, 1, 0, -1, 0.5] }, [
    {
      question: 'q',
      near: [
        { point: 1, weight: 0.75 },
        { point: 2, weight: 0.25 },
      ],
    },
  ]);
  expect(places).toEqual([0.5, 0.125]);
});

it('means a mark where it lies before points that are nearer', () => {
  const places = [0, 0, 0.05, 0];
  const size = { width: 220, height: 220 };
  const between = { x: 112, y: 110 };
  expect(new EmbeddingPlaces({ places }, size).near(between)).toBe(0);
  expect(new EmbeddingPlaces({ places }, { ...size, front: 1 }).near(between)).toBe(1);
  expect(new EmbeddingPlaces({ places }, { ...size, front: 1 }).near({ x: 104, y: 110 })).toBe(0);
});
