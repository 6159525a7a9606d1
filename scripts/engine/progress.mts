// Says what is going on: on a terminal one line that is rewritten, elsewhere a line now and then.

export interface Progress {
  /** A line that stays. */
  say(text: string): void;
  /** Starts a step whose seconds are shown until `end`. */
  begin(step: string): void;
  /** What the current step has reached. */
  update(detail: string): void;
  end(): void;
}

/** The part of a stream that progress needs; process.stderr is one. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const TTY_EVERY_MS = 500;
const LOG_EVERY_MS = 15_000;
const CLEAR_LINE = "\r\u001b[2K";

export function createProgress(stream: ProgressStream = process.stderr): Progress {
  const tty = stream.isTTY === true;
  let step = "";
  let detail = "";
  let startedAt = 0;
  let timer: NodeJS.Timeout | undefined;

  const line = () => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    return [step, detail, `${seconds} s`].filter((part) => part !== "").join(" · ");
  };
  const show = () => {
    // A wrapped line could not be rewritten. Some terminals say that they are 0 wide.
    if (tty) stream.write(CLEAR_LINE + line().slice(0, (stream.columns || 80) - 1));
    else stream.write(`${line()}\n`);
  };
  const end = () => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    stream.write(tty ? `${CLEAR_LINE}${line()}\n` : `${line()}\n`);
  };

  return {
    say(text) {
      end();
      stream.write(`${text}\n`);
    },
    begin(next) {
      end();
      step = next;
      detail = "";
      startedAt = Date.now();
      timer = setInterval(show, tty ? TTY_EVERY_MS : LOG_EVERY_MS);
      // Work keeps the process alive, not the telling of it.
      timer.unref();
      if (tty) show();
      else stream.write(`${step} …\n`);
    },
    update(next) {
      detail = next;
    },
    end,
  };
}
