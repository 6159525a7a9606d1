/**
 * Until the answer is called, errors have no stack trace, and one that is asked for ends at the program's last frame. The answer,
 * called with an error, gives it the stack trace that says where in the program the resource is.
 *
 * The constructor of Pulumi's resources takes four stack traces a property for its debugging, and that is most of the time of a
 * program with many resources. It takes one more for the resource's state, and the engine writes all of the state after every
 * step: without the frames in which Pulumi runs the program, the state of a key pair is a sixth smaller.
 */
export function pauseStackTraces(): (error?: unknown) => unknown {
  const limit = Error.stackTraceLimit;
  const format = Error.prepareStackTrace;
  if (!process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) Error.stackTraceLimit = 0;
  // Node maps positions to the sources only while nobody else formats; Pulumi's runtime brings a formatter that does it too.
  if (format && !process.sourceMapsEnabled) {
    Error.prepareStackTrace = (error, frames) => format(error, withoutRunner(frames));
  }
  return function resume(error) {
    Error.stackTraceLimit = limit;
    Error.prepareStackTrace = format;
    if (error instanceof Error) Error.captureStackTrace(error, resume);
    return error;
  };
}

/** Node itself, Pulumi's SDK, and what compiles a TypeScript program on the way. */
const RUNNER = /^node:|[\\/]node_modules[\\/](@pulumi[\\/]pulumi|ts-node)[\\/]/;

/** The frames down to the first of the program; all of them where none is the program's. */
function withoutRunner(frames: NodeJS.CallSite[]): NodeJS.CallSite[] {
  const outermost = frames.findLastIndex((frame) => {
    const file = frame.getFileName();
    return file && !RUNNER.test(file);
  });
  return outermost < 0 ? frames : frames.slice(0, outermost + 1);
}
