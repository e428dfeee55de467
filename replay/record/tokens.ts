import { createHmac, randomBytes } from 'node:crypto';

/** What a text looks like; its token looks the same, so that code which parses it goes on doing so. */
export type TextKind = 'text' | 'date' | 'number' | 'duration' | 'uuid' | 'email' | 'url';

const shapes: readonly (readonly [TextKind, RegExp])[] = [
  ['date', /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/],
  ['number', /^[+-]?\d+(?:\.\d+)?$/],
  [
    'duration',
    /^\d+(?:\.\d+)? ?(?:ms|s|m|h|d|w|y|seconds?|minutes?|hours?|days?|weeks?|months?|years?|milliseconds?)$/,
  ],
  ['uuid', /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i],
  ['email', /^[^\s@]+@[^\s@]+\.[^\s@]+$/],
  ['url', /^[a-z][a-z\d+.-]*:\/\/\S+$/i],
];

export function kindOf(text: string): TextKind {
  return shapes.find(([, pattern]) => pattern.test(text))?.[0] ?? 'text';
}

/**
 * Replaces values by tokens: equal ones by equal ones, so that code which compares them goes on doing so. The key is made here,
 * is told to nobody, and ends with the process: what a token stands for can't be computed.
 */
export class Tokens {
  private readonly key = randomBytes(32);

  text(text: string): string {
    switch (kindOf(text)) {
      case 'date':
        return this.date(text);
      case 'number':
      case 'duration':
        return text.replace(/\d+(?:\.\d+)?/, (digits) => this.digits(digits));
      case 'uuid':
        return this.hex(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
      case 'email':
        return `${this.word(text)}@redacted.example`;
      case 'url':
        return `https://redacted.example/${this.word(text)}`;
      case 'text':
        return this.word(text);
    }
  }

  /** A number with as many digits, of the same sign. */
  number(value: number): number {
    if (value === 0 || !Number.isFinite(value)) return value;
    const text = String(Math.abs(value));
    const mapped = text.replace(/^[\d.]+/, (digits) => this.digits(digits)); // and the exponent as it is
    return Math.sign(value) * Number(mapped);
  }

  private word(text: string): string {
    return `x${BigInt(`0x${this.hex(text).slice(0, 16)}`)
      .toString(36)
      .padStart(13, '0')
      .slice(0, 12)}`;
  }

  private date(text: string): string {
    const [year, month, day, hour, minute, second] = [...Buffer.from(this.hex(text), 'hex')];
    const two = (value = 0, from: number, count: number): string => String(from + (value % count)).padStart(2, '0');
    return text
      .replace(/^\d{4}-\d\d-\d\d/, `20${two(year, 0, 30)}-${two(month, 1, 12)}-${two(day, 1, 28)}`)
      .replace(/([T ])\d\d:\d\d/, `$1${two(hour, 0, 24)}:${two(minute, 0, 60)}`)
      .replace(/(:\d\d:)\d\d/, `$1${two(second, 0, 60)}`);
  }

  private digits(text: string): string {
    const hex = this.hex(text);
    let at = 0;
    return text.replace(/\d/g, (_, position: number) => {
      const value = parseInt(hex[at++ % hex.length] ?? '0', 16);
      return String(position === 0 ? 1 + (value % 9) : value % 10);
    });
  }

  private hex(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('hex');
  }
}
