import type { Gathered } from './gathered';
import type { ReviewSource } from './report';
import { countOf } from './words';

/** What was looked at, and what can't be seen from here. */
export function sourcesOf({ lint, histories, drills, catalog, configFile }: Gathered): ReviewSource[] {
  const { runs, unreadable, notReplayed } = histories;
  const replayed = runs.filter(({ replay }) => replay !== undefined).length;
  return [
    lint.missing
      ? { source: 'lint', gathered: false, ...lint.missing }
      : {
          source: 'lint',
          gathered: true,
          message: `${countOf(lint.findings.length, 'finding', 'findings')} from ${lint.roots.join(', ')}.`,
        },
    runs.length + unreadable.length === 0
      ? { source: 'histories', gathered: false, message: 'There is no saved history.', command: 'npx longhaul record' }
      : {
          source: 'histories',
          gathered: true,
          message: `${countOf(runs.length, 'saved run', 'saved runs')}, ${replayed} replayed${notReplayed === undefined ? '' : `: ${notReplayed.replace(/\.$/, '')}`}; ${unreadable.length} can't be read.`,
          ...(notReplayed === undefined ? {} : { command: 'npx longhaul replay --workflows FILE' }),
        },
    drills.length === 0
      ? {
          source: 'drills',
          gathered: false,
          message: 'There is no record of a drill.',
          command: 'npx longhaul drill --activity X --out drills',
        }
      : {
          source: 'drills',
          gathered: true,
          message: `${countOf(drills.length, 'drill', 'drills')}, the last on ${drills.at(-1)?.report.at.slice(0, 10) ?? ''}.`,
        },
    catalog === undefined
      ? { source: 'catalog', gathered: false, message: 'There is no longhaul.config.ts.', command: 'npx longhaul init' }
      : {
          source: 'catalog',
          gathered: true,
          message: `${countOf(Object.keys(catalog).length, 'workflow type', 'workflow types')} in ${configFile}.`,
        },
    {
      source: 'production',
      gathered: false,
      message: 'A review contacts no server: whether runs are stuck now is for longhaul watch.',
      command: 'npx longhaul watch',
    },
  ];
}
