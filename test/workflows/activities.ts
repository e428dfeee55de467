import { setTimeout } from 'node:timers/promises';

export async function ship(_id: string): Promise<void> {
  // an effect that nobody looks at
}

export async function slowShip(_id: string): Promise<void> {
  await setTimeout(300);
}
