import { lengthOfTime } from './duration';
import type { InboxDeclaration, InboxDeclarations } from './inbox';
import { checkFunction, checkKnown, checkOneOf } from './options';

/** @throws TypeError for inboxes that are none, take the same message, or whose options are misspelt or out of range. */
export function checkInboxes(workflow: string, inboxes: InboxDeclarations): void {
  const byMessage = new Map<string, string>();
  for (const [key, declaration] of Object.entries(inboxes)) {
    const who = `longRunning '${workflow}': inbox '${key}'`;
    if (!isDeclaration(declaration)) {
      throw new TypeError(`${who} is none that inbox() made; declare it as ${key}: inbox(defineSignal('…'))`);
    }
    const { type, name } = declaration.message;
    const other = byMessage.get(`${type} ${name}`);
    if (other !== undefined) {
      throw new TypeError(`longRunning '${workflow}': the inboxes '${other}' and '${key}' both take ${type} '${name}'`);
    }
    byMessage.set(`${type} ${name}`, key);
    checkInbox(who, declaration);
  }
}

function isDeclaration(given: unknown): given is InboxDeclaration<unknown, unknown> {
  const { message, options } = (given ?? {}) as { message?: { type?: unknown }; options?: unknown };
  return (message?.type === 'signal' || message?.type === 'update') && options !== undefined;
}

function checkInbox(who: string, { message, options }: InboxDeclaration<unknown, unknown>): void {
  checkInboxOptions(who, options);
  const { dedupe, reply } = options;
  if (message.type === 'signal' && reply !== undefined) {
    throw new TypeError(`${who} has a reply, which a signal can't give; fill it by an update`);
  }
  if (message.type === 'update' && reply !== 'accepted' && reply !== 'done') {
    throw new TypeError(`${who} takes an update and has reply ${String(reply)}; use 'accepted' or 'done'`);
  }
  if (reply === 'done' && !dedupe) {
    throw new TypeError(
      `${who} has reply 'done' and no dedupe; add dedupe.by, for a reply can be lost and asked for again`,
    );
  }
}

/** What an inbox of a plain workflow has too. @throws TypeError for options that are misspelt or out of range. */
export function checkInboxOptions(who: string, options: InboxDeclaration<unknown, unknown>['options']): void {
  checkKnown(who, '', options, ['dedupe', 'validate', 'capacity', 'onLeftover', 'reply']);
  const { dedupe, validate, capacity, onLeftover } = options;
  checkKnown(who, 'dedupe', dedupe, ['by', 'keep', 'keepFor']);
  checkKnown(who, 'capacity', capacity, ['items']);
  if (onLeftover !== undefined) checkOneOf(`${who}: onLeftover`, onLeftover, ['rollOver', 'fail', 'discard']);
  if (validate !== undefined) {
    checkFunction(`${who}: validate`, validate, 'a function that throws for an item that can not be worked with');
  }
  if (dedupe) checkFunction(`${who}: dedupe.by`, dedupe.by, 'a function that gives the id of an item');
  checkRange(`${who} has dedupe.keep`, dedupe?.keep ?? 1, 1, Infinity);
  if (capacity) checkRange(`${who} has capacity.items`, capacity.items, 1, Infinity);
  if (dedupe?.keepFor !== undefined) lengthOfTime(`${who}: dedupe.keepFor`, dedupe.keepFor, { most: Infinity });
}

export function checkRange(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new TypeError(
    `${what} ${String(value)}; use a whole number from ${least}${most === Infinity ? '' : ` to ${most}`}`,
  );
}
