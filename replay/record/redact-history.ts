import type { History } from '@temporalio/common/lib/proto-utils';
import { decodeHistory, encodeHistory } from '../proto';
import { firstDifference } from './compare-traces';
import { Redaction, type Slot, textsOf } from './redact';
import { derivedPlaces } from './derived-places';
import type { SourceWords } from './source-words';
import type { Tokens } from './tokens';
import type { Trace, Tracer } from './trace';

export interface RedactedHistory {
  history: History;
  workflowId: string;
  /** Literals of workflow code that stayed. */
  literals: string[];
  /** Places at which numbers, dates or ids stayed, since the replay needs them. */
  places: Slot[];
  /** Places at which the code makes of tokens what the history does not say. */
  derived: string[];
  /** What the replay says of it: `pass`, or why not. */
  verdict: string;
}

/** A history that can't be redacted without changing what a replay of it says. Its message is one sentence. */
export class RedactionError extends Error {
  override readonly name = 'RedactionError';
}

export interface RedactHistoryOptions {
  tokens: Tokens;
  words: SourceWords;
  tracer: Tracer;
  /** Places to keep whatever the replay says; `*` at the end of one stands for any. @default none */
  keep?: readonly string[];
  /** Replays that may be spent on finding what can go. @default 120 */
  attempts?: number;
}

/**
 * Redacts a history, and proves by replay that nothing is lost by it: the verdict is the same, and so are the commands but for
 * the texts and numbers in them. Where that takes a number, a date or an id, the fewest places that do are kept, and named.
 *
 * What it learns of one history of a workflow type it tries first with the next.
 */
export class Redactor {
  private readonly needed = new Map<string, ReadonlySet<Slot>>();

  constructor(private readonly options: RedactHistoryOptions) {}

  /** @throws RedactionError if the replay needs what may not be kept. */
  async redact(original: History, workflowId: string): Promise<RedactedHistory> {
    const { tracer, keep: always = [], attempts = 120 } = this.options;
    const encoded = encodeHistory(original);
    const texts = textsOf(decodeHistory(encoded), workflowId);
    const type = original.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '';
    const before = await tracer.trace({ workflowId, encoded });
    let left = attempts;

    const { values, ids, texts: said } = this.apply(encoded, workflowId, texts, new Set()).places;
    const everything = [...values, ...ids, ...said];
    const wanted = everything.filter((place) => always.some((pattern) => matches(pattern, place)));
    const attempt = async (keep: Iterable<Slot>): Promise<Attempt> => {
      left -= 1;
      const redacted = this.apply(encoded, workflowId, texts, new Set([...keep, ...wanted]));
      const after = await tracer.trace({ workflowId: redacted.workflowId, encoded: encodeHistory(redacted.history) });
      if (after.endless) left -= endlessCost;
      return { redacted, after, difference: firstDifference(before, after) };
    };

    const learnt = [...(this.needed.get(type) ?? [])].filter((place) => values.has(place) || ids.has(place));
    let best = await attempt(learnt);
    if (best.difference !== undefined) {
      const { difference } = best;
      // Ids last: they are the likeliest to name somebody.
      const candidates = [[...values], [...values, ...ids], everything];
      let enough: Slot[] | undefined;
      for (const places of candidates) {
        best = await attempt(places);
        if (best.difference !== undefined) continue;
        enough = places;
        break;
      }
      if (!enough) throw new RedactionError(`It does not replay once its payloads are written anew: ${difference}`);
      const fewest = await this.fewest(enough, async (keep) => {
        if (left <= 0) return false;
        const tried = await attempt(keep);
        if (tried.difference === undefined) best = tried;
        return tried.difference === undefined;
      });
      const texts = fewest.filter((place) => said.has(place));
      if (texts.length > 0) {
        const flags = texts.map((place) => `--keep '${place.replace(/ \(\w+\)$/, '')}'`).join(' ');
        throw new RedactionError(
          `Its replay depends on a text that would be replaced; if it may be kept, add ${flags}`,
        );
      }
      this.needed.set(type, new Set([...(this.needed.get(type) ?? []), ...fewest]));
    }
    const { kept, history, workflowId: newId } = best.redacted;
    return {
      history,
      workflowId: newId,
      literals: [...kept.literals].sort(),
      places: [...kept.slots].sort(),
      derived: derivedPlaces({ history: decodeHistory(encoded), trace: before }, { history, trace: best.after }),
      verdict: best.after.verdict,
    };
  }

  private apply(encoded: Uint8Array, workflowId: string, texts: readonly string[], keep: ReadonlySet<Slot>) {
    const { words, tokens } = this.options;
    return new Redaction({ words, tokens, texts, keep, workflowId }).redact(decodeHistory(encoded));
  }

  /** Takes places away in ever smaller groups, as long as the rest is enough. */
  private async fewest(slots: readonly Slot[], isEnough: (keep: readonly Slot[]) => Promise<boolean>): Promise<Slot[]> {
    let kept = [...slots];
    for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < kept.length;) {
        const rest = [...kept.slice(0, from), ...kept.slice(from + size)];
        if (await isEnough(rest)) kept = rest;
        else from += size;
      }
    }
    return kept;
  }
}

/** In attempts: one that never ends takes many times as long. */
const endlessCost = 20;

interface Attempt {
  redacted: ReturnType<Redaction['redact']>;
  after: Trace;
  difference: string | undefined;
}

function matches(pattern: string, slot: Slot): boolean {
  return pattern.endsWith('*')
    ? slot.startsWith(pattern.slice(0, -1))
    : slot === pattern || slot.startsWith(`${pattern} (`);
}
