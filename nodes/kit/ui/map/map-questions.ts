import type { EmbeddingMap, MapQuestion } from '@graft/graph';
import type { Spot } from './embedding-places.ts';

/** Half the size of a question's mark, in pixels. */
const half = 4.5;

/** Positions of questions among a map's points, in any layout: x and y of each, amid its nearest points. */
export function questionPlaces(
  { places }: Pick<EmbeddingMap, 'places'>,
  questions: readonly MapQuestion[],
): number[] {
  return questions.flatMap(({ near }) => {
    const along = (axis: 0 | 1): number =>
      near.reduce((sum, { point, weight }) => sum + weight * (places[2 * point + axis] ?? 0), 0);
    return [along(0), along(1)];
  });
}

/** Draws each as a diamond: its shape distinguishes it from the points, whatever their colours. */
export function drawQuestions(
  context: CanvasRenderingContext2D,
  spots: readonly Spot[],
  colours: { readonly fill: string; readonly line: string },
): void {
  context.globalAlpha = 1;
  context.lineWidth = 1.2;
  context.fillStyle = colours.fill;
  context.strokeStyle = colours.line;
  context.beginPath();
  for (const { x, y } of spots) {
    context.moveTo(x, y - half);
    context.lineTo(x + half, y);
    context.lineTo(x, y + half);
    context.lineTo(x - half, y);
    context.closePath();
  }
  context.fill();
  context.stroke();
}
