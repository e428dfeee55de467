/**
 * `T` where JSON carries it unchanged; where it does not, a type that nothing fits, with the reason in its text.
 *
 * A rollover hands the state on as JSON, in which a `Date` becomes a string, a `Map` an empty object, and a method nothing: such
 * code compiles, runs, and breaks in the second run. With this the compiler says so before the first.
 *
 * `unknown` and `any` pass, since nothing is known of them: with a payload converter of your own that carries more than JSON
 * does they are the way to say so. Keys that are symbols pass too, since they mark types and hold no value. A class of data
 * fields alone is an object like any other: its fields travel, its prototype does not.
 */
export type JsonSafe<T> = 0 extends 1 & T
  ? T
  : unknown extends T
    ? T
    : T extends string | number | boolean | null
      ? T
      : T extends bigint
        ? NotCarried<'JSON has no bigint: keep it as a string'>
        : T extends symbol
          ? NotCarried<'JSON has no symbols: keep a string'>
          : T extends undefined
            ? NotCarried<'JSON turns undefined into null here: use null, or leave it out'>
            : T extends Date
              ? NotCarried<'JSON turns a Date into a string: keep milliseconds, as workflowNow() gives them'>
              : T extends ReadonlyMap<unknown, unknown>
                ? NotCarried<'JSON empties a Map: keep a Record, or a list of entries'>
                : T extends ReadonlySet<unknown>
                  ? NotCarried<'JSON empties a Set: keep a list, or a Record of true'>
                  : T extends ArrayBuffer | ArrayBufferView
                    ? NotCarried<'JSON mangles bytes: keep them as base64, or in a store outside'>
                    : T extends (...args: never) => unknown
                      ? NotCarried<'JSON drops functions and methods: keep data, and functions beside it'>
                      : T extends { toJSON(...args: never): unknown }
                        ? NotCarried<'JSON turns this into what its toJSON() returns: keep that'>
                        : T extends readonly unknown[]
                          ? { [K in keyof T]: JsonSafe<T[K]> }
                          : { [K in keyof T]: K extends symbol ? T[K] : JsonSafeField<T[K]> };

/** A field that is undefined is left out, and reads as undefined again. */
type JsonSafeField<T> = unknown extends T ? T : T extends undefined ? T : JsonSafe<T>;

interface NotCarried<Reason extends string> {
  readonly __longhaul: Reason;
}

/** Added to the options of `longRunning`: nothing where JSON carries the state, and else what makes `initial` an error there. */
export type StateCheck<State> =
  State extends JsonSafe<State> ? unknown : { state: { initial: (...args: never) => JsonSafe<State> } };

/** Added to what `run.once` does: nothing where JSON carries its result, or where it has none. */
export type ResultCheck<T> = [T] extends [JsonSafe<T> | undefined | NoResult] ? unknown : Promise<JsonSafe<T>>;

// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- what an async function without a result gives
type NoResult = void;
