const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A number of bytes for people. */
export function bytes(count: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  return `${(count / 1_000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`;
}

export function seconds(count: number): string {
  return `${count.toFixed(1)} s`;
}

/** Rewrites one line on a terminal; elsewhere prints one every five seconds. */
export class ProgressLine {
  private lastAt = 0;

  show(text: string): void {
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\x1b[2K${text}`);
    } else if (Date.now() - this.lastAt >= 5_000) {
      this.lastAt = Date.now();
      console.log(text);
    }
  }

  end(): void {
    if (process.stdout.isTTY) process.stdout.write('\n');
  }
}
