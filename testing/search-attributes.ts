import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from './errors';
import { clientSdk } from './sdk';

/** Names and types of search attributes. */
export type SearchAttributeTypes = Readonly<Record<string, SearchAttributeType>>;

export type SearchAttributeType = keyof typeof CODES;

/** As in the enum `IndexedValueType` of Temporal's API. */
const CODES = { Text: 1, Keyword: 2, Int: 3, Double: 4, Bool: 5, Datetime: 6, KeywordList: 7 } as const;

const LISTED_WITHIN_MS = 10_000;

/** Registers those of `searchAttributes` that the server does not have, and waits until it lists them. */
export async function ensureSearchAttributes(options: {
  address: string;
  namespace: string;
  searchAttributes: SearchAttributeTypes;
}): Promise<void> {
  const { address, namespace, searchAttributes } = options;
  const names = Object.keys(searchAttributes);
  if (names.length === 0) return;
  const { Connection } = clientSdk();
  const connection = await Connection.connect({ address });
  try {
    const missing = async (): Promise<string[]> => {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      return names.filter((name) => !(name in customAttributes));
    };
    let absent: string[];
    try {
      absent = await missing();
    } catch (error) {
      if (!messageOf(error).includes('UNIMPLEMENTED')) throw error;
      await add(names);
      return; // the test server adds at once and can't list
    }
    if (absent.length > 0) await add(absent);
    const deadline = Date.now() + LISTED_WITHIN_MS;
    while ((absent = await missing()).length > 0) {
      if (Date.now() > deadline)
        throw new Error(`${address} does not list the search attributes ${absent.join(', ')}.`);
      await sleep(50);
    }

    async function add(which: readonly string[]): Promise<void> {
      const types = Object.fromEntries(which.map((name) => [name, CODES[searchAttributes[name] ?? 'Keyword']]));
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: types });
    }
  } finally {
    await connection.close();
  }
}
