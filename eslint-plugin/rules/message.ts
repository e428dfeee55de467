import { checkWords } from './check-words.js';
import type { Effect, Finding, Link } from '../analysis/index.js';

export interface Words {
  /** What the workflow does, after its name. */
  does: string;
  remedy: string;
  /** Where the project has no longhaul to import from. */
  without?: string;
}

const words: Readonly<Partial<Record<Effect, Words>>> = {
  ...checkWords,
  clock: {
    does: 'reads the time other than from the sanctioned clock',
    remedy: 'Use workflowNow() from longhaul/workflows.',
    without:
      "Use one helper of your own, declared 'pure' in settings.longhaul.functions; @temporalio/workflow has workflowInfo().startTime, but no clock.",
  },
  random: {
    does: 'draws chance other than from the sanctioned source',
    remedy: 'Use random() from longhaul/workflows, or uuid4() from @temporalio/workflow.',
    without: 'Use uuid4() or workflowRandom.random() from @temporalio/workflow.',
  },
  'clock-leak': {
    does: 'reads the wall clock behind the back of the sandbox',
    remedy: 'Use workflowNow() from longhaul/workflows.',
    without: 'Use Date.now(), which the sandbox replaces.',
  },
  'time-zone': { does: "depends on the worker's time zone", remedy: 'Name the zone, or work in UTC.' },
  locale: { does: "depends on the worker's locale", remedy: 'Name the locale.' },
  engine: {
    does: 'decides by what differs between versions of Node or builds',
    remedy: 'Take the same way on all of them.',
  },
  io: { does: 'needs what the workflow sandbox does not have', remedy: 'Do it in an activity.' },
  timer: { does: 'uses a timer function of the platform', remedy: 'Use sleep() from @temporalio/workflow.' },
  activity: {
    does: 'runs the code of an activity in the workflow itself, unrecorded',
    remedy: 'Call it through proxyActivities(), and import its module as a type only.',
  },
  'dynamic-import': {
    does: 'loads code in a way that stops every workflow of the bundle',
    remedy: 'Import it at the top, or write import(/* webpackMode: "eager" */ …).',
  },
  'shared-state': {
    does: 'keeps state that other workflows of the worker see',
    remedy: 'Keep it in the workflow, or pass it on as an argument.',
  },
  patch: {
    does: 'asks for a patch where a replay may ask otherwise',
    remedy: 'Ask once, in the workflow function, with a fixed id.',
  },
};

/** What a report says: who does what and the remedy, with the shortest way there. */
export function messageOf(finding: Finding, hasLonghaul: boolean, place: (finding: Finding) => string): string {
  const { effect, entry, chain, hazard, withoutReason } = finding;
  const { does, remedy, without } = words[effect] ?? { does: `has the effect ${effect}`, remedy: '' };
  const subject = entry.kind === 'workflow' ? `Workflow '${entry.name}'` : `Workflow module '${chain[0]?.file ?? ''}'`;
  const advice = hazard.remedy ?? (hasLonghaul ? remedy : (without ?? remedy));
  const text = `${subject} ${does}: ${chainText(chain)}. ${advice}`;
  if (withoutReason === undefined) return text;
  return `${text} The longhaul-ignore at ${place(finding)} gives no reason, so it does not count: end it with ': <why>'.`;
}

/** At most this many links are shown; a longer chain loses its middle. */
const shownLinks = 6;

function chainText(chain: readonly Link[]): string {
  const texts = chain.map(({ name, file, line }, i) =>
    i === 0 && chain.length > 1 ? name : `${name} (${file}:${line})`,
  );
  if (texts.length > shownLinks) {
    const left = texts.length - shownLinks + 1;
    texts.splice(3, left, `… ${left} more …`);
  }
  return texts.join(' → ');
}
