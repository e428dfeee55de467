import { log, setHandler } from '@temporalio/workflow';
import type { CarriedInbox } from './envelope';
import type { InboxDeclarations } from './inbox';
import { InboxBuffer } from './inbox-buffer';
import type { InboxHost } from './inbox-buffer';

/** The inboxes of a run by name: those that were declared, and what it carries on for those that were not. */
export class Inboxes extends Map<string, InboxBuffer<unknown>> {
  /** Inboxes that an older or newer release declared: carried on, never dropped. */
  private readonly strange: Record<string, CarriedInbox>;

  constructor(declarations: InboxDeclarations = {}, host: InboxHost, carried: Record<string, CarriedInbox> = {}) {
    super();
    const left = { ...carried };
    for (const [name, declaration] of Object.entries(declarations)) {
      const buffer = new InboxBuffer<unknown>(name, declaration, host, left[name]);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy made for this
      delete left[name];
      this.set(name, buffer);
      setHandler(declaration.signal, (item: unknown) => {
        host.growth.countSignal();
        buffer.receive(item);
      });
    }
    this.strange = left;
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

  carry(): Record<string, CarriedInbox> {
    const inboxes = { ...this.strange };
    for (const [name, buffer] of this) inboxes[name] = buffer.carry();
    return inboxes;
  }
}
