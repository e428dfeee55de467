import type { ConnectionLike } from '@temporalio/client';
import { attributeKeys, attributeNames } from './attributes';
import type { AttributeName } from './attributes';

type Warn = (message: string) => void;

/** What a connection offers for the check; the SDK's `Connection` and `NativeConnection` both do. */
export type CheckedConnection = Pick<ConnectionLike, 'workflowService' | 'operatorService' | 'withDeadline'>;

const checkMs = 5_000;
/** How long an answer with something missing holds: whoever adds it need not restart every client. */
const missingHoldsMs = 10 * 60_000;

/** The types, by the server's numbers; its own columns of each are called so too. */
const typeNames: readonly string[] = ['?', 'Text', 'Keyword', 'Int', 'Double', 'Bool', 'Datetime', 'KeywordList'];
const ourTypes = { DOUBLE: 'Double', KEYWORD: 'Keyword', DATETIME: 'Datetime' } as const;

const typeOf = (name: AttributeName): string => ourTypes[attributeKeys[name].type];

/**
 * Which of longhaul's search attributes a namespace has. A start that names one that is missing is refused by the server, so
 * they are looked up once per connection and namespace.
 */
export class AttributeCheck {
  private answer: Promise<readonly AttributeName[] | undefined> | undefined;
  private answeredAt = 0;
  private warned = false;

  private constructor(
    private readonly connection: CheckedConnection,
    private readonly namespace: string,
    private readonly warn: Warn,
  ) {}

  private static readonly all = new WeakMap<object, Map<string, AttributeCheck>>();

  static of(connection: CheckedConnection, namespace: string, warn: Warn): AttributeCheck {
    const ofConnection = AttributeCheck.all.get(connection) ?? new Map<string, AttributeCheck>();
    AttributeCheck.all.set(connection, ofConnection);
    const known = ofConnection.get(namespace) ?? new AttributeCheck(connection, namespace, warn);
    ofConnection.set(namespace, known);
    return known;
  }

  /** The attributes that can be set; undefined where the server does not tell. Never rejects. */
  available(): Promise<readonly AttributeName[] | undefined> {
    if (this.answer && (this.answeredAt === 0 || Date.now() - this.answeredAt < missingHoldsMs)) return this.answer;
    this.answeredAt = 0;
    const answer = this.look();
    this.answer = answer;
    void answer.then((found) => {
      if (this.answer !== answer) return;
      if (found === undefined) this.answer = undefined;
      else if (found.length < attributeNames.length) this.answeredAt = Date.now();
    });
    return answer;
  }

  /** Told when the server refused a start because of them. */
  refused(reason: string): void {
    this.answer = Promise.resolve([]);
    this.answeredAt = Date.now();
    this.warnOf(attributeNames, `the server refused them: ${reason}`);
  }

  private async look(): Promise<readonly AttributeName[] | undefined> {
    const found = (await this.listed()) ?? (await this.aliased());
    if (found === undefined) return undefined;
    const missing = attributeNames.filter((name) => found[name] !== typeOf(name));
    const otherwise = missing.filter((name) => found[name] !== undefined);
    const reason = otherwise.map((name) => `${name} is there as ${found[name] ?? ''}`).join(', ');
    if (missing.length > 0) this.warnOf(missing, reason || 'the server does not have them');
    return attributeNames.filter((name) => !missing.includes(name));
  }

  /** As the operator service tells it, which not every user may ask. */
  private async listed(): Promise<Partial<Record<string, string>> | undefined> {
    const { connection, namespace } = this;
    try {
      const { customAttributes } = await connection.withDeadline(Date.now() + checkMs, () =>
        connection.operatorService.listSearchAttributes({ namespace }),
      );
      return Object.fromEntries(Object.entries(customAttributes).map(([name, type]) => [name, typeNames[type] ?? '?']));
    } catch {
      return undefined;
    }
  }

  /** As the namespace tells it: by the column that each name stands for, such as `Keyword01`. */
  private async aliased(): Promise<Partial<Record<string, string>> | undefined> {
    const { connection, namespace } = this;
    try {
      const { config } = await connection.withDeadline(Date.now() + checkMs, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      const aliases = Object.entries(config?.customSearchAttributeAliases ?? {});
      // With Elasticsearch names may stand for themselves; an empty list then says nothing.
      if (aliases.length === 0) return undefined;
      return Object.fromEntries(aliases.map(([column, name]) => [name, column.replace(/\d+$/, '')]));
    } catch {
      return undefined;
    }
  }

  private warnOf(missing: readonly AttributeName[], reason: string): void {
    if (this.warned) return;
    this.warned = true;
    this.warn(
      `longhaul: workflows start without the search attributes ${missing.join(', ')} in namespace '${this.namespace}': ${reason}. ` +
        `Add them with: ${createCommand(this.namespace, missing)} (on Temporal Cloud: ${cloudCommand(this.namespace, missing)})`,
    );
  }
}

/** The command that adds search attributes to a namespace. */
export const createCommand = (namespace: string, names: readonly AttributeName[]): string =>
  [
    `temporal operator search-attribute create --namespace ${namespace}`,
    ...names.map((name) => `--name ${name} --type ${typeOf(name)}`),
  ].join(' ');

/** The command that does so on Temporal Cloud. */
export const cloudCommand = (namespace: string, names: readonly AttributeName[]): string =>
  [
    `tcld namespace search-attributes add --namespace ${namespace}`,
    ...names.map((name) => `--search-attribute "${name}=${typeOf(name)}"`),
  ].join(' ');

/** The server's words, where an error says that it refused a search attribute. */
export function attributeRefusal(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 10; at = at.cause, depth += 1) {
    const { message } = at;
    if (/search attribute/i.test(message)) return message;
  }
  return undefined;
}
