import { describe, expect, it } from 'vitest';
import { isInBounds } from './draw-picture.ts';
import { renewedCards, type Scene } from './scene.ts';

const card = { id: 'a', x: 0, y: 0, width: 200, height: 100, title: 'A', colour: 'red' };
const other = { ...card, id: 'b', x: 300 };
const edge = {
  ...{ id: 'a-b', source: 'a', target: 'b', colour: 'red' },
  ...{ from: { x: 200, y: 50 }, to: { x: 300, y: 90 } },
};
const scene: Scene = { cards: [card, other], edges: [edge] };

describe('a scene of which cards look different', () => {
  it('renews those alone', () => {
    const ran = { ...other, result: '3 rows', statusColour: 'green' };
    expect(renewedCards({ ...scene, cards: [card, ran] }, scene)).toEqual([ran]);
    expect(renewedCards({ ...scene }, scene)).toEqual([]);
  });

  it.each<[string, Scene]>([
    ['a card stands elsewhere', { ...scene, cards: [card, { ...other, y: 10 }] }],
    ['a card is new', { ...scene, cards: [card, other, { ...card, id: 'c' }] }],
    ['another card stands there', { ...scene, cards: [card, { ...other, id: 'c' }] }],
    ['an edge looks different', { ...scene, edges: [{ ...edge, colour: 'blue' }] }],
  ])('is drawn whole where %s', (_, changed) => {
    expect(renewedCards(changed, scene)).toBeUndefined();
  });
});

describe('an edge', () => {
  it('has its ends and what is between them in its bounds, and nothing else', () => {
    for (const at of [edge.from, edge.to, { x: 250, y: 70 }, { x: 250, y: 46 }])
      expect(isInBounds(edge, at, 5)).toBe(true);
    for (const at of [
      { x: 250, y: 40 },
      { x: 250, y: 100 },
      { x: 500, y: 70 },
      { x: 0, y: 70 },
    ])
      expect(isInBounds(edge, at, 5)).toBe(false);
  });

  it('that leads back has more in them, and so has one that is led elsewhere', () => {
    const back = { ...edge, from: edge.to, to: edge.from };
    expect(isInBounds(back, { x: 340, y: 70 }, 0)).toBe(true);
    expect(isInBounds({ ...edge, via: [{ x: 250, y: 400 }] }, { x: 250, y: 300 }, 0)).toBe(true);
  });
});
