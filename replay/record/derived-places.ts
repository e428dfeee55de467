import { attributePair } from '../drift/attribute-pairs';
import { differences } from '../drift/compare-attributes';
import { compareCommands } from '../engine/compare-commands';
import { derivedPlace } from '../engine/derived';
import { momentsOf } from '../engine/merged-tasks';
import { recordedTasks } from '../engine/recorded-commands';
import type { History } from '../proto';
import type { Trace } from './trace';

interface Replayed {
  history: History;
  trace: Trace;
}

/**
 * The places at which code says something else than a redacted history, and did not before: where it makes another value of a token
 * than a token of the value, as of a text that it shortens.
 */
export function derivedPlaces(before: Replayed, after: Replayed): string[] {
  const known = placesOf(before);
  return [...placesOf(after)].filter((place) => !known.has(place)).sort();
}

function placesOf({ history, trace }: Replayed): Set<string> {
  const commands = trace.tasks.flatMap(({ historyLength, commands: issued }) =>
    issued.map((command) => ({ command, historyLength, origin: {} })),
  );
  const reached = trace.tasks.at(-1)?.historyLength ?? 0;
  const { pairs } = compareCommands(recordedTasks(history.events ?? []), { commands, reached });
  const values = { show: false, key: new Uint8Array() };
  const isSame = momentsOf(history.events ?? []);
  const places = new Set<string>();
  for (const { recorded, issued } of pairs) {
    for (const { path } of differences(attributePair(recorded.event, issued.command, 0), values, isSame)) {
      const place = derivedPlace(recorded.label, path);
      if (place !== undefined) places.add(place);
    }
  }
  return places;
}
