/** Of artifacts that are answers: a card tells by it what has a score, before the port types have come. */
export const answersMediaType = 'application/vnd.graft.answers+jsonl';
