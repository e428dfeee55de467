import { runInContext, type Context } from 'node:vm';
import { vmShared } from './sdk-internals';

/**
 * Puts the clock of the sandbox ahead, below all that the SDK replaces: what then changes in a replay has read the real time.
 *
 * @returns Whether this version of the SDK lets it.
 */
export function moveClock(aheadMs: number): boolean {
  const shared = vmShared();
  const inject = shared?.injectGlobals;
  if (!shared || typeof inject !== 'function') return false;
  shared.injectGlobals = (context: Context) => {
    inject(context);
    runInContext(script(aheadMs), context);
  };
  return true;
}

/** Of `Date` the SDK replaces the global name alone, and of `Intl` nothing: both still reach the real clock. */
const script = (aheadMs: number): string => `{
  const Real = Date;
  const now = () => Real.now() + ${aheadMs};
  const Moved = function Date(...args) {
    if (!new.target) return new Real(now()).toString();
    return Reflect.construct(Real, args.length === 0 ? [now()] : args, new.target === Moved ? Real : new.target);
  };
  Object.assign(Moved, { now, parse: Real.parse, UTC: Real.UTC });
  Moved.prototype = Real.prototype;
  Real.prototype.constructor = Moved;
  Object.defineProperty(globalThis, 'Date', { value: Moved, writable: true, configurable: true, enumerable: false });
  const format = Intl.DateTimeFormat.prototype;
  const { get } = Object.getOwnPropertyDescriptor(format, 'format');
  Object.defineProperty(format, 'format', {
    configurable: true,
    get() {
      const bound = get.call(this);
      return (date) => bound(date === undefined ? now() : date);
    },
  });
  const { formatToParts } = format;
  format.formatToParts = function (date) {
    return formatToParts.call(this, date === undefined ? now() : date);
  };
}`;
