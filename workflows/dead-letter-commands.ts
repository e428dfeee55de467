import { log, setHandler } from '@temporalio/workflow';
import { dropDeadLetters, redriveDeadLetters } from './built-in';
import type { DeadLetter } from './envelope';
import { longhaulFailure } from './failure';
import type { Part, PartHost } from './part';

/** Which dead letters: all, or those of these ids, of letters or of items. */
export type DeadLetterSelection = { all: true } | { ids: readonly string[] };

/** What became of the selected letters, by the letters' ids. */
export interface DeadLetterResult {
  /** Put back into their inboxes, or dropped. */
  done: string[];
  /** Still among the dead letters, and why. */
  kept: { letter: string; why: string }[];
}

/** The updates by which an operator has dead letters done after all, or drops them. */
export function deadLetterCommands(host: PartHost): Part {
  const { deadLetters, inboxes } = host;
  const selected = (selection: DeadLetterSelection): DeadLetter[] => {
    if ('all' in selection) return [...deadLetters.list];
    const ids = new Set(selection.ids);
    return deadLetters.list.filter(({ letter = '', id }) => ids.has(letter) || (id !== undefined && ids.has(id)));
  };
  const validator = (selection: DeadLetterSelection): void => {
    const given: unknown = selection;
    const { all, ids } = (given ?? {}) as { all?: unknown; ids?: unknown };
    if (all !== true && !(Array.isArray(ids) && ids.length > 0 && ids.every((id) => typeof id === 'string'))) {
      throw longhaulFailure('LonghaulDeadLetter', 'Say which dead letters: { all: true } or { ids: ["…"] }');
    }
    if (all !== true && selected(selection).length === 0) {
      throw longhaulFailure('LonghaulDeadLetter', `No dead letter has one of the ids ${(ids as string[]).join(', ')}`);
    }
  };
  const command = (what: string, treat: (letter: DeadLetter) => string | undefined) => {
    return (selection: DeadLetterSelection): DeadLetterResult => {
      host.growth.countUpdate();
      const result: DeadLetterResult = { done: [], kept: [] };
      for (const found of selected(selection)) {
        const { letter = '' } = found;
        const why = treat(found);
        if (why === undefined) result.done.push(letter);
        else result.kept.push({ letter, why });
      }
      deadLetters.remove(({ letter = '' }) => result.done.includes(letter));
      log.info(`longhaul: dead letters ${what}`, { ...result });
      return result;
    };
  };
  setHandler(
    redriveDeadLetters,
    command('redriven', (letter) => inboxes.redrive(letter)),
    { validator },
  );
  setHandler(dropDeadLetters, command('dropped', () => undefined), { validator }); // prettier-ignore
  return { carry: () => deadLetters.carry() };
}
