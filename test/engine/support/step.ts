/**
 * One step of a scenario that is a single test, because each step needs the stack that the step before it left. The error of
 * a step that fails begins with the step's title.
 */
export async function step(title: string, work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error) error.message = `step "${title}": ${error.message}`;
    throw error;
  }
}
