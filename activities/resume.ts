/** How `checkpoint.resume` keeps what is done. */
export interface ResumeOptions<Page, C> {
  /** The checkpoint with which work goes on after this page. @default the page's own `cursor` */
  cursor?: (page: Page) => C;

  /** `'commit'` waits for the server before the next page; `'save'` lets the cursor ride on the next beat. @default 'save' */
  keep?: 'save' | 'commit';
}

/** What it needs of the attempt. */
export interface ResumeHost<C> {
  readonly last: C | undefined;
  readonly signal: AbortSignal;
  readonly save: (value: C) => void;
  readonly commit: (value: C) => Promise<void>;
}

/** The pages from the last checkpoint on. A page's cursor is kept when the loop asks for the next page: its body is done then. */
export async function* resumePages<Page, C>(
  { last, signal, save, commit }: ResumeHost<C>,
  pages: (from: C | undefined) => AsyncIterable<Page> | Iterable<Page>,
  { cursor = cursorOf, keep = 'save' }: ResumeOptions<Page, C> = {},
): AsyncGenerator<Page, void, undefined> {
  for await (const page of pages(last)) {
    signal.throwIfAborted();
    yield page;
    if (keep === 'commit') await commit(cursor(page));
    else save(cursor(page));
    signal.throwIfAborted();
  }
}

function cursorOf(page: unknown): never {
  if (typeof page === 'object' && page !== null && 'cursor' in page) return page.cursor as never;
  throw new TypeError(
    'checkpoint.resume: a page has no `cursor`; yield pages with one, or pass { cursor: (page) => … } to tell where to go on after it',
  );
}
