import { lanes } from './mistaken-lanes';

/** One lane of several meets a mistake in the code. */
export const { loops, races } = lanes(false);
