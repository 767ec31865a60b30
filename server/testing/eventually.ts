/** Asks again until the assertions hold; the last failure is the test's after `within` milliseconds. */
export async function eventually<T>(assertion: () => T | Promise<T>, within = 5_000): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
