// Requests to our own server: JSON in, JSON out, problems as ApiError.

import type { Says } from '~/words/say';

/** RFC 9457, with adwright's members. */
export interface Problem {
  status: number;
  title?: string;
  detail?: string;
  kind?: string;
  field?: string;
  hint?: string;
  /** The detail as a code and its values. */
  says?: Says;
  request_id?: string;
  /** The platform's own words, verbatim, when it was the platform that refused. */
  platform?: { code?: number | string; message?: string; request_id?: string };
}

export class ApiError extends Error {
  readonly problem: Problem;
  /** Seconds until it makes sense to try again; null when the server did not say. */
  readonly retryAfter: number | null;

  constructor(problem: Problem, retryAfter: number | null = null) {
    super(problem.detail ?? problem.title ?? `HTTP ${problem.status}`);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
  get status() {
    return this.problem.status;
  }
  get field() {
    return this.problem.field ?? '';
  }
}

let csrf = '';
let signedOut: () => void = () => undefined;

/** The session's CSRF token, as /api/me tells it; sent with every write. */
export function setCsrf(token: string) {
  csrf = token;
}
export function csrfToken() {
  return csrf;
}
/** Called when the server no longer knows the session. */
export function onSignedOut(handler: () => void) {
  signedOut = handler;
}

type Value = string | number | boolean | null | undefined;
/** A path with a query; empty values are left out. */
export function path(base: string, query: Record<string, Value> = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text ? `${base}?${text}` : base;
}

async function problemOf(response: Response): Promise<ApiError> {
  const retry = response.headers.get('Retry-After');
  let problem: Problem = { status: response.status };
  try {
    problem = { ...(await response.json()), status: response.status };
  } catch {
    // not JSON: a proxy's page; the status is all that is known
  }
  problem.request_id ??= response.headers.get('X-Request-ID') ?? undefined;
  return new ApiError(problem, retry ? Number(retry) : null);
}

export interface CallOptions {
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /** Whether a 401 means that the reader must sign in again; not for the sign-in itself. */
  guarded?: boolean;
}

export async function call<T>(method: string, url: string, body?: unknown, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  const plain = typeof body === 'string' || body instanceof Blob;
  if (body !== undefined && !plain) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf;

  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : plain ? (body as BodyInit) : JSON.stringify(body),
      signal: options.signal,
      credentials: 'same-origin',
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError({ status: 0, kind: 'offline' });
  }
  if (!response.ok) {
    const error = await problemOf(response);
    if (response.status === 401 && options.guarded !== false) signedOut();
    throw error;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** A long answer, part by part as it comes.  One that breaks off is an error: a part is never taken for the whole. */
export async function stream(url: string, signal: AbortSignal, onPart: (part: Uint8Array<ArrayBuffer>) => void): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, { signal, credentials: 'same-origin' });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError({ status: 0, kind: 'offline' });
  }
  if (!response.ok || !response.body) {
    const error = await problemOf(response);
    if (response.status === 401) signedOut();
    throw error;
  }
  const reader = response.body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) onPart(part.value);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError({ status: 0, kind: 'offline', request_id: response.headers.get('X-Request-ID') ?? undefined });
  }
}

const begun = new Map<string, Promise<unknown>>();
const BEGUN_MS = 10_000;

/** Asks before there is somebody to answer (start.ts): who gets this address first takes the answer. */
export function begin(url: string) {
  const answer = call('GET', url, undefined, { guarded: false });
  answer.catch(() => undefined); // told to who takes it
  begun.set(url, answer);
  setTimeout(() => begun.delete(url), BEGUN_MS);
}

export async function get<T>(url: string, options: CallOptions = {}): Promise<T> {
  const answer = begun.get(url) as Promise<T> | undefined;
  if (!answer) return call<T>('GET', url, undefined, options);
  begun.delete(url);
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401 && options.guarded !== false) signedOut();
    throw error;
  }
}
export const post = <T>(url: string, body?: unknown, options?: CallOptions) => call<T>('POST', url, body ?? {}, options);
export const put = <T>(url: string, body?: unknown, options?: CallOptions) => call<T>('PUT', url, body, options);
export const patch = <T>(url: string, body?: unknown, options?: CallOptions) => call<T>('PATCH', url, body, options);
export const del = <T>(url: string, options?: CallOptions) => call<T>('DELETE', url, undefined, options);

/** A list's page, as every list of the API answers. */
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}
