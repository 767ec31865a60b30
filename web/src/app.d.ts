declare global {
  namespace App {
    interface Error {
      message: string;
      /** Stable code of the API's problem, when the error is one. */
      code?: string;
    }
  }
}

export {};
