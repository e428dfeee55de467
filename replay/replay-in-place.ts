import { type EngineJob, type EngineOptions, type EngineResult, ReplayEngine } from './engine/replay-engine';
import type { LineCoverage } from './engine/line-coverage';
import { type Replayer, timedOut } from './replayer';

export interface ReplayInPlaceOptions extends Pick<EngineOptions, 'bundleCode' | 'replayOptions' | 'values'> {
  /** Milliseconds for one history. */
  deadlineMs: number;
}

/**
 * Replays in this process, for options that can't be copied to another, such as payload codecs and plugins. A replay that
 * hangs is given up on at its deadline; what it holds is only freed when the process ends. Endless workflow code is cut off by
 * V8 in the middle of Node's promise hooks, as the SDK's own worker does it: report at once then, since Node may abort later.
 */
export class ReplayInPlace implements Replayer {
  private engine: ReplayEngine | undefined;

  constructor(private readonly options: ReplayInPlaceOptions) {}

  async replay(job: EngineJob): Promise<EngineResult> {
    const { deadlineMs, bundleCode, replayOptions, values } = this.options;
    this.engine ??= new ReplayEngine({ bundleCode, replayOptions, isolateTimeoutMs: deadlineMs, values });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<EngineResult>((resolve) => {
      timer = setTimeout(() => {
        this.kill();
        resolve(timedOut(deadlineMs));
      }, deadlineMs);
    });
    try {
      return await Promise.race([this.engine.replay(job), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  lines(): Promise<LineCoverage> {
    return Promise.resolve({});
  }

  async close(): Promise<void> {
    await this.engine?.close();
  }

  kill(): void {
    this.engine = undefined;
  }
}
