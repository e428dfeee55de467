import { sleep } from '@temporalio/activity';
import { longActivity } from 'longhaul/activities';

export { work } from './activities';

/** The same activity after the switch, which reads what the plain one left. */
export const crawl = longActivity(
  {
    checkpoint: {
      version: 1,
      parse: (value: unknown) => (typeof value === 'number' ? value : 0),
    },
  },
  async ({ checkpoint }, steps: number) => {
    for (let step = checkpoint.last ?? 0; step < steps; step += 1) {
      checkpoint.save(step);
      await sleep(20);
    }
    return steps;
  },
);
