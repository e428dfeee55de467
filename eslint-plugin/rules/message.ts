import type { Effect, Finding, Link } from '../analysis/index.js';

const hazards: Readonly<Record<Effect, string>> = {
  clock: 'reads the time other than from the sanctioned clock',
  random: 'draws chance other than from the sanctioned source',
};

const withLonghaul: Readonly<Record<Effect, string>> = {
  clock: 'Use workflowNow() from longhaul/workflows.',
  random: 'Use random() from longhaul/workflows, or uuid4() from @temporalio/workflow.',
};

const withoutLonghaul: Readonly<Record<Effect, string>> = {
  clock:
    "Use one helper of your own, declared 'pure' in settings.longhaul.functions; @temporalio/workflow has workflowInfo().startTime, but no clock.",
  random: 'Use uuid4() or workflowRandom.random() from @temporalio/workflow.',
};

/** What a report says: who does what and the remedy, with the shortest way there. */
export function messageOf(finding: Finding, hasLonghaul: boolean, place: (finding: Finding) => string): string {
  const { effect, entry, chain, withoutReason } = finding;
  const subject = entry.kind === 'workflow' ? `Workflow '${entry.name}'` : `Workflow module '${chain[0]?.file ?? ''}'`;
  const remedy = (hasLonghaul ? withLonghaul : withoutLonghaul)[effect];
  const text = `${subject} ${hazards[effect]}: ${chainText(chain)}. ${remedy}`;
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
