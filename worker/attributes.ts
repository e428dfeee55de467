import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair, TypedSearchAttributes } from '@temporalio/common';
import type { CompiledCatalog } from './catalog';

/** What longhaul sets on workflows of the catalog. `WorkflowType` is the server's own. */
export const attributeKeys = {
  ExpectedMaxDurationHours: defineSearchAttributeKey('ExpectedMaxDurationHours', SearchAttributeType.DOUBLE),
  TeamOwner: defineSearchAttributeKey('TeamOwner', SearchAttributeType.KEYWORD),
  LonghaulDeadline: defineSearchAttributeKey('LonghaulDeadline', SearchAttributeType.DATETIME),
} as const;

export type AttributeName = keyof typeof attributeKeys;

export const attributeNames = Object.keys(attributeKeys) as readonly AttributeName[];

const hourMs = 60 * 60 * 1_000;

interface Own {
  /** The SDK's older form. */
  searchAttributes?: object;
  typedSearchAttributes?: SearchAttributePair[] | TypedSearchAttributes;
}

/**
 * The attributes of a workflow type.
 *
 * @param startedAt When its first run starts, in milliseconds since the epoch; undefined where that is not known, or where its
 *   chain has no end: it then gets no deadline.
 */
export function attributesOf(
  catalog: CompiledCatalog,
  workflowType: string,
  startedAt: number | undefined,
): SearchAttributePair[] {
  const entry = Object.hasOwn(catalog, workflowType) ? catalog[workflowType] : undefined;
  if (!entry) return [];
  const { ExpectedMaxDurationHours, TeamOwner, LonghaulDeadline } = attributeKeys;
  const pairs: SearchAttributePair[] = [{ key: ExpectedMaxDurationHours, value: entry.expectedMs / hourMs }];
  if (entry.team !== undefined) pairs.push({ key: TeamOwner, value: entry.team });
  if (startedAt !== undefined) {
    pairs.push({ key: LonghaulDeadline, value: new Date(startedAt + entry.expectedMs) });
  }
  return pairs;
}

/** Options with these attributes added; what they set themselves wins. The same object where there is nothing to add. */
export function withAttributes<O extends object>(options: O, pairs: readonly SearchAttributePair[]): O {
  const { searchAttributes = {}, typedSearchAttributes = [] } = options as Own;
  const own = Array.isArray(typedSearchAttributes) ? typedSearchAttributes : typedSearchAttributes.getAll();
  const taken = new Set([...Object.keys(searchAttributes), ...own.map(({ key }) => key.name)]);
  const added = pairs.filter(({ key }) => !taken.has(key.name));
  return added.length === 0 ? options : { ...options, typedSearchAttributes: [...own, ...added] };
}
