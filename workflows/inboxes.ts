import { log, setHandler } from '@temporalio/workflow';
import type { CarriedInbox, DeadLetter } from './envelope';
import type { InboxDeclaration, InboxDeclarations } from './inbox';
import { InboxBuffer } from './inbox-buffer';
import type { InboxExtension, InboxHost } from './inbox-buffer';

/** What the inboxes of a run need of it. */
export interface InboxesHost extends InboxHost {
  /** Whether the run is about to end: what has to be answered in it is turned away. Pure, and free of commands. */
  readonly isLeaving: boolean;
}

/** The inboxes of a run by name: those that were declared, and what it carries on for those that were not. */
export class Inboxes extends Map<string, InboxBuffer<unknown>> {
  /** Inboxes that an older or newer release declared: carried on, never dropped. */
  private readonly strange: Record<string, CarriedInbox>;
  private readonly extensions: Record<string, InboxExtension>;

  constructor(
    declarations: InboxDeclarations = {},
    private readonly host: InboxesHost,
    carried: Record<string, CarriedInbox> = {},
    extensions: unknown = {},
  ) {
    super();
    // Without a prototype: an inbox may be called `constructor`.
    this.strange = Object.assign(Object.create(null), carried) as Record<string, CarriedInbox>;
    this.extensions = Object.assign(Object.create(null), extensions) as Record<string, InboxExtension>;
    for (const [name, declaration] of Object.entries(declarations)) {
      this.listen(declaration as InboxDeclaration<unknown>, this.open(name, declaration));
    }
  }

  /** Makes the buffer `name`, with what was carried for it. */
  open(name: string, declaration: Pick<InboxDeclaration<unknown>, 'options'>): InboxBuffer<unknown> {
    const buffer = new InboxBuffer<unknown>(name, declaration, this.host, this.strange[name], this.extensions[name]);
    /* eslint-disable @typescript-eslint/no-dynamic-delete -- copies made for this */
    delete this.strange[name];
    delete this.extensions[name];
    /* eslint-enable @typescript-eslint/no-dynamic-delete */
    this.set(name, buffer);
    return buffer;
  }

  /** How many items are in hand. */
  leases(): number {
    let open = 0;
    for (const { leases } of this.values()) open += leases;
    return open;
  }

  /** Puts back what is in hand: a rollover could not wait for it any longer. */
  returnLeases(holds: number): void {
    const open = this.leases();
    log.warn('longhaul: rolls over with items in hand; they are handled again', { open, holds });
    for (const buffer of this.values()) buffer.returnLeases();
  }

  /**
   * Ends the leases as failed when the body has: those that failed themselves, each with its own failure. Where none did, as with
   * `next` and `take`, it is all of them.
   */
  buryLeases(error: unknown): void {
    const buffers = [...this.values()];
    const buried = buffers.filter((buffer) => buffer.buryFailed()).length > 0;
    if (!buried) for (const buffer of buffers) buffer.buryLeases(error);
  }

  /** Whether an update waits for what no reader will do before a rollover. */
  get oweInVain(): boolean {
    return [...this.values()].some(({ owesInVain }) => owesInVain);
  }

  /** Fails the updates that wait for a reply. @returns whether there was one. */
  turnAway(failure: Error, which: 'all' | 'in vain' = 'all'): boolean {
    const owing = [...this.values()].filter(({ owes, owesInVain }) => (which === 'all' ? owes : owesInVain));
    for (const buffer of owing) buffer.turnAway(failure);
    return owing.length > 0;
  }

  /** Puts an item back that was a dead letter. @returns why that can't be, or undefined. */
  redrive({ inbox, id, item, at }: DeadLetter): string | undefined {
    const buffer = this.get(inbox);
    const strange = this.strange[inbox];
    if (!buffer && !strange) return `there is no inbox '${inbox}' to put it in`;
    const entry = { item, ...(id === undefined ? {} : { id }), at };
    if (!buffer) {
      strange?.items.push(entry);
      return undefined;
    }
    try {
      buffer.validate(item);
    } catch (error) {
      return `validate refuses it: ${String(error)}`;
    }
    try {
      const known = id ?? buffer.idOf(item);
      buffer.redrive({ ...entry, ...(known === undefined ? {} : { id: known }) });
      return undefined;
    } catch (error) {
      return `its id can't be read: ${String(error)}`;
    }
  }

  /** What nobody has taken, as `2 in 'orders'`. */
  left(): string[] {
    const own = [...this].map(([name, { depth }]): [number, string] => [depth, `'${name}'`]);
    const strange = Object.entries(this.strange).map(([name, { items }]): [number, string] => [
      items.length,
      `'${name}', which this code does not declare`,
    ]);
    return [...own, ...strange].filter(([count]) => count > 0).map(([count, where]) => `${count} in ${where}`);
  }

  carry(): Record<string, CarriedInbox> {
    const own = [...this].map(([name, buffer]): [string, CarriedInbox] => [name, buffer.carry()]);
    return Object.fromEntries([...Object.entries(this.strange), ...own]);
  }

  /** What the inboxes carry beside that: the extension `inboxes`. */
  carryMore(): Record<string, InboxExtension> | undefined {
    const more = Object.entries(this.extensions);
    for (const [name, buffer] of this) {
      const extension = buffer.carryMore();
      if (extension) more.push([name, extension]);
    }
    return more.length === 0 ? undefined : Object.fromEntries(more);
  }

  private listen({ message, options }: InboxDeclaration<unknown>, buffer: InboxBuffer<unknown>): void {
    const { growth } = this.host;
    if (message.type === 'signal') {
      setHandler(message, (item: unknown) => {
        growth.countSignal();
        buffer.receive(item);
      });
      return;
    }
    const handler =
      options.reply === 'done'
        ? (item: unknown) => buffer.answer(item)
        : (item: unknown): unknown => buffer.accept(item);
    setHandler(
      message,
      (item: unknown) => {
        growth.countUpdate();
        return handler(item);
      },
      { validator: (item: unknown) => buffer.admit(item, this.host.isLeaving) },
    );
  }
}
