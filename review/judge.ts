import { reviewAreas } from '../config/catalog';
import type { CatalogEntry, Waiver } from '../config';
import { reviewDeterminism } from './areas/determinism';
import { reviewHeartbeats } from './areas/heartbeats';
import { reviewHistory } from './areas/history';
import { reviewObservability } from './areas/observability';
import { reviewSignals } from './areas/signals';
import type { Gathered, OfType } from './gathered';
import type {
  ReviewArea,
  ReviewCell,
  ReviewCheck,
  ReviewReport,
  ReviewRow,
  ReviewVerdict,
  WaiverShown,
} from './report';
import { sourcesOf } from './sources';

const reviews: Readonly<Record<ReviewArea, (of: OfType) => ReviewCheck[]>> = {
  heartbeats: reviewHeartbeats,
  history: reviewHistory,
  determinism: reviewDeterminism,
  signals: reviewSignals,
  observability: reviewObservability,
};

/** The verdicts over what was gathered, for each workflow type. Unknown is no go. */
export function judge(gathered: Gathered, types: readonly string[], now: number): ReviewReport {
  const workflows = types.map((type) => rowOf(gathered, type, now));
  const verdict = workflows.length === 0 ? 'unknown' : worst(workflows.map((row) => row.verdict));
  return {
    schema: 'longhaul.review/1',
    ok: verdict === 'go',
    verdict,
    at: new Date(now).toISOString(),
    workflows,
    sources: sourcesOf(gathered),
  };
}

function rowOf(gathered: Gathered, type: string, now: number): ReviewRow {
  const { histories, catalog } = gathered;
  const entry = catalog && Object.hasOwn(catalog, type) ? catalog[type] : undefined;
  const runs = histories.runs.filter(({ workflowType }) => workflowType === type);
  const of: OfType = { ...gathered, type, runs, entry, now };
  const cells = reviewAreas.map((area) => cellOf(area, reviews[area](of), entry, now));
  return { workflowType: type, verdict: worst(cells.map(({ verdict }) => verdict)), cells };
}

function cellOf(area: ReviewArea, found: ReviewCheck[], entry: CatalogEntry | undefined, now: number): ReviewCell {
  const own = (entry?.waivers ?? []).filter((waiver) => waiver.area === area);
  const valid = own.filter(({ until }) => !isOver(until, now));
  const checks = found.map((check): ReviewCheck => {
    const waiver = isGo(check) ? undefined : valid.find((one) => covers(one, check));
    return waiver ? { ...check, waived: shown(waiver) } : check;
  });
  const open = checks.filter((check) => !isGo(check) && !check.waived);
  const verdict = open.some((check) => check.verdict === 'no-go') ? 'no-go' : open.length > 0 ? 'unknown' : 'go';
  return {
    area,
    verdict,
    waived: verdict === 'go' && checks.some(({ waived }) => waived !== undefined),
    checks,
    expiredWaivers: own.filter(({ until }) => isOver(until, now)).map(shown),
  };
}

const isGo = ({ verdict }: ReviewCheck): boolean => verdict === 'go' || verdict === 'not-needed';

const covers = ({ check }: Waiver, found: ReviewCheck): boolean =>
  check === undefined || check === found.check || check === `${found.check} ${found.activity ?? ''}`;

/** It holds up to the end of its last day, wherever on earth that is. */
const isOver = (until: string, now: number): boolean => now >= Date.parse(until) + 36 * 3_600_000;

const shown = ({ reason, owner, until }: Waiver): WaiverShown => ({ reason, owner, until });

function worst(verdicts: readonly ReviewVerdict[]): ReviewVerdict {
  return verdicts.includes('no-go') ? 'no-go' : verdicts.includes('unknown') ? 'unknown' : 'go';
}
