import type { Operation } from "../core/backend";
import { isKeyPairError, KeyPairError } from "../core/errors";
import { cancelled, checkNotCancelled, LONGEST_TIMER_MS, MORE_TIME } from "../core/pause";
import { seconds } from "./operation";

/**
 * The new rate when the cloud throttles again, as a part of the old one: at most and at least so much, and in between what the
 * cloud granted in the last second.
 */
const LEFT = { most: 0.95, least: 0.5 };
/** How much the rate grows with each call that went through, in calls a second: about 5 % a second when it is used up. */
const INCREASE = 0.05;
/** The same while the first rate is being looked for: it doubles every second. */
const FIRST_INCREASE = 1;
const SLOWEST = 1;
/** The rate that the cloud grants is measured over this time. */
const WINDOW_MS = 1_000;
/** A wait that is longer than this is reported. */
const TOLD_MS = 2_000;

interface Waiter {
  place: number;
  start(): void;
}

/**
 * A limit on our own side that learns the cloud's limit. There is none until the cloud throttles. Then the rate is what the
 * cloud granted; it falls a little whenever the cloud throttles again, and grows a little with every call that goes through.
 * Calls start in the order of their places, evenly spaced, so that many resources at once neither fail nor wait longer than
 * the cloud makes them.
 */
export class RateLimit {
  /** Calls a second. */
  #rate = Number.POSITIVE_INFINITY;
  /** Calls that started before the last decrease say nothing about the rate since. */
  #decreasedAt = Number.NEGATIVE_INFINITY;
  /** The rate is a first guess, because the cloud has granted nothing or has not throttled before. */
  #learning = false;
  #granted: number[] = [];
  #nextStart = 0;
  #nextPlace = 0;
  /** By place. */
  #queue: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** A place at the end of the queue. A call keeps it when it is tried again, so no later call overtakes it. */
  takePlace(): number {
    return this.#nextPlace++;
  }

  /** Makes the call when it is its turn. Rejects with `Cancelled` or `DeadlineExceeded` if the turn comes too late. */
  async run<T>(call: () => Promise<T>, operation: Operation, place = this.takePlace()): Promise<T> {
    checkNotCancelled(operation);
    await this.#turn(operation, place);
    const startedAt = performance.now();
    try {
      const result = await call();
      this.#succeeded(startedAt);
      return result;
    } catch (error) {
      if (isKeyPairError(error, "Throttled")) this.#throttled(startedAt);
      throw error;
    }
  }

  #succeeded(startedAt: number): void {
    this.#granted.push(performance.now());
    const granted = this.#grantedRate();
    if (startedAt > this.#decreasedAt) {
      this.#rate += this.#learning ? FIRST_INCREASE : INCREASE;
    } else if (this.#learning) {
      // The first throttled reply often comes before the replies of the calls that were granted with it.
      this.#rate = Math.max(this.#rate, granted);
    }
  }

  #throttled(startedAt: number): void {
    if (startedAt <= this.#decreasedAt) return;
    const granted = this.#grantedRate();
    this.#learning = granted === 0 || !Number.isFinite(this.#rate);
    const rate = Number.isFinite(this.#rate)
      ? Math.max(this.#rate * LEFT.least, Math.min(this.#rate * LEFT.most, granted))
      : granted;
    this.#rate = Math.max(SLOWEST, rate);
    this.#decreasedAt = performance.now();
  }

  /** How many calls a second went through in the last moments. */
  #grantedRate(): number {
    const since = performance.now() - WINDOW_MS;
    while ((this.#granted[0] ?? since) < since) this.#granted.shift();
    return (this.#granted.length * 1000) / WINDOW_MS;
  }

  #turn(operation: Operation, place: number): Promise<void> {
    if (!Number.isFinite(this.#rate) && this.#queue.length === 0) return Promise.resolve();
    const later = this.#queue.findIndex((other) => other.place > place);
    const before = later === -1 ? this.#queue.length : later;
    const wait = ((before + 1) * 1000) / this.#rate;
    if (wait > TOLD_MS) {
      operation.progress(
        `the cloud takes about ${this.#rate.toFixed(1)} calls a second; ${before} are before this one (${seconds(wait)})`,
      );
    }
    return new Promise((resolve, reject) => {
      const leave = (error: KeyPairError) => {
        this.#queue = this.#queue.filter((other) => other !== waiter);
        settle();
        reject(error);
      };
      const onAbort = () => leave(cancelled());
      const stopWatching = atDeadline(operation, () => leave(tooLate()));
      const settle = () => {
        stopWatching();
        operation.signal.removeEventListener("abort", onAbort);
      };
      const waiter: Waiter = {
        place,
        start: () => {
          settle();
          resolve();
        },
      };
      operation.signal.addEventListener("abort", onAbort, { once: true });
      this.#queue.splice(before, 0, waiter);
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#timer !== undefined || this.#queue.length === 0) return;
    // Makes up for a late timer, but not for a time in which nobody called.
    const now = performance.now();
    const interval = 1000 / this.#rate;
    this.#nextStart = Math.max(this.#nextStart + interval, now - interval);
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#queue.shift()?.start();
        this.#pump();
      },
      Math.max(0, this.#nextStart - now),
    );
  }
}

/** Calls the function when the deadline has passed, even if the deadline moves meanwhile. Returns a function that ends the watch. */
function atDeadline(operation: Operation, action: () => void): () => void {
  const watch = () => {
    const left = operation.deadline - Date.now();
    if (left <= 0) action();
    else timer = setTimeout(watch, Math.min(left, LONGEST_TIMER_MS));
  };
  let timer = setTimeout(watch, 0);
  return () => clearTimeout(timer);
}

function tooLate(): KeyPairError {
  return new KeyPairError({
    code: "DeadlineExceeded",
    message: "the cloud throttles, and the time was up before this call could be sent",
    next: MORE_TIME,
  });
}
