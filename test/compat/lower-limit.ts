import { longRunning } from 'longhaul/workflows';
import { activities, handleAll, options } from './parts';

/** As the golden one, whose limit is 40. */
export const queue = longRunning('queue', { ...options, rollOver: { events: 10 } }, (run) =>
  handleAll(run, activities.quick),
);
