import type { Readable } from 'node:stream';

const KEPT_CHARACTERS = 16_384;

/** Keeps the end of what a process writes, and counts its lines, in bounded memory. */
export class OutputTail {
  #text = '';
  #lines = 0;

  /** @param onLine Told of each whole line as it comes. */
  constructor(streams: readonly (Readable | null)[], onLine?: (line: string) => void) {
    for (const stream of streams) {
      let rest = '';
      stream?.setEncoding('utf8');
      stream?.on('data', (chunk: string) => {
        this.#add(chunk);
        if (!onLine) return;
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(onLine);
      });
    }
  }

  /** Lines written so far. */
  get lines(): number {
    return this.#lines;
  }

  /** All that is kept: the last 16,384 characters. */
  get text(): string {
    return this.#text;
  }

  /** The last `count` lines, indented, or a word that there are none. */
  tail(count = 20): string {
    const lines = this.#text.trimEnd().split('\n').slice(-count);
    return lines.join('').trim() === '' ? '  (it wrote nothing)' : lines.map((line) => `  ${line}`).join('\n');
  }

  #add(chunk: string): void {
    this.#lines += chunk.split('\n').length - 1;
    this.#text = (this.#text + chunk).slice(-KEPT_CHARACTERS);
  }
}
