import { heartbeat, sleep } from '@temporalio/activity';

export function fails(secret: string): Promise<void> {
  return Promise.reject(new Error(`no luck with ${secret}`));
}

export async function beats(secret: string): Promise<void> {
  heartbeat({ page: 7, secret });
  await sleep('1 hour');
}
