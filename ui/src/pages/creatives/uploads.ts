// Files on their way to the server, by TUS.  They are kept outside of the pages: whoever goes to
// another page of the console leaves them going on.  What a reload would lose is noted in the
// browser's storage; the file itself has to be chosen again then, because browsers do not keep it.
import { Upload, type DetailedError } from 'tus-js-client';
import { ApiError, call, csrfToken, get, type Problem } from '~/api/client';
import { queries } from '~/api/query';
import type { Me } from '~/api/types';
import { createStore, useStore } from '~/parts/store';

export type UploadState =
  | 'queued' // its turn comes
  | 'sending'
  | 'waiting' // the server did not take it; it is tried again by itself
  | 'paused'
  | 'failed' // it is not tried again by itself
  | 'lost' // the page was loaded anew: the file has to be chosen again
  | 'done';

export interface Wish {
  direction_id: string;
  /** Also for the direction of the same name on the other platform. */
  both: boolean;
  tags: string;
}
interface Noted {
  name: string;
  size: number;
  modified: number;
  type: string;
  wish: Wish;
  url: string | null;
}
export interface UploadItem extends Noted {
  key: string;
  org: string;
  state: UploadState;
  sent: number;
  /** Bytes a second, lately; 0 when that is not known. */
  rate: number;
  error: unknown;
  creative_id: string | null;
}

const AT_ONCE = 3;
const PREFIX = 'upload:';
/** A page that lives says so this often; what nobody spoke for is anybody's. */
const ALIVE_MS = 5_000;
const SHOWN_MS = 250;
/** A server that restarts is back in seconds, a disk that is full perhaps in an hour. */
const RETRY_MS = [300, 1_000, 2_000, 3_000, 5_000, 5_000, ...Array<number>(20).fill(10_000), ...Array<number>(120).fill(30_000)];

export const uploads = createStore<UploadItem[]>([]);
export const useUploads = () => useStore(uploads);

/** What cannot be stored: the files, and who sends them. */
const files = new Map<string, File>();
const senders = new Map<string, Upload>();

const orgNow = () => queries.getQueryData<Me>(['me'])?.org.id ?? '';
const find = (key: string) => uploads.get().find((item) => item.key === key);
const active = (item: UploadItem) => ['queued', 'sending', 'waiting'].includes(item.state);

/* --- what the browser's storage says --- */

function note(item: UploadItem) {
  const { name, size, modified, type, wish, url } = item;
  const place = PREFIX + item.org + ':' + item.key;
  if (item.state === 'done') localStorage.removeItem(place);
  else localStorage.setItem(place, JSON.stringify({ name, size, modified, type, wish, url, alive: item.state === 'lost' ? 0 : Date.now() }));
}
function unnote(item: UploadItem) {
  localStorage.removeItem(PREFIX + item.org + ':' + item.key);
}

function change(key: string, changes: Partial<UploadItem>) {
  const before = find(key);
  if (!before) return;
  const after = { ...before, ...changes };
  uploads.set(uploads.get().map((item) => (item.key === key ? after : item)));
  if (after.url !== before.url || after.state !== before.state) note(after);
}

setInterval(() => uploads.get().filter((item) => files.has(item.key)).forEach(note), ALIVE_MS);
addEventListener('pagehide', () => {
  for (const item of uploads.get())
    if (item.state !== 'done') note({ ...item, state: 'lost' });
});
addEventListener('beforeunload', (event) => {
  if (uploads.get().some(active)) event.preventDefault();
});
addEventListener('online', () => {
  for (const item of uploads.get()) if (item.state === 'waiting') tryNow(item.key);
});

/** How far the server has one that waits for its file; whether it has it at all. */
async function ask(item: UploadItem) {
  if (!item.url) return;
  try {
    const told = await get<{ state: string; offset: number; creative_id: string | null }>(item.url);
    if (told.state === 'done') finish(item.key, told.creative_id);
    else change(item.key, { sent: told.offset });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) change(item.key, { url: null, sent: 0 });
  }
}

/** Those that an earlier page left behind. */
export function restoreUploads() {
  const org = orgNow();
  const mine = PREFIX + org + ':';
  const found: UploadItem[] = [];
  for (let i = 0; i < localStorage.length; i++) {
    const place = localStorage.key(i) ?? '';
    const key = place.slice(mine.length);
    if (!org || !place.startsWith(mine) || find(key)) continue;
    const noted = JSON.parse(localStorage.getItem(place) ?? '{}') as Noted & { alive: number };
    // Another window is sending it.
    if (Date.now() - noted.alive < 3 * ALIVE_MS) continue;
    found.push({ ...noted, key, org, state: 'lost', sent: 0, rate: 0, error: null, creative_id: null });
  }
  if (!found.length) return;
  uploads.set([...uploads.get(), ...found]);
  for (const item of found) void ask(item);
}

/* --- sending --- */

function problemOf(error: Error | DetailedError): ApiError | Error {
  const detailed = error as DetailedError;
  if (detailed.causingError instanceof ApiError) return detailed.causingError;
  const response = detailed.originalResponse;
  if (!response) return detailed.originalRequest ? new ApiError({ status: 0, kind: 'offline' }) : error;
  let problem: Problem = { status: response.getStatus() };
  try {
    problem = { ...(JSON.parse(response.getBody()) as Problem), status: response.getStatus() };
  } catch {
    // an answer without a body: its status is all that is known
  }
  return new ApiError(problem);
}

/** What passes by itself. */
function passes(error: unknown) {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500 || [408, 409, 423, 429].includes(error.status));
}

function metadataOf(item: UploadItem): Record<string, string> {
  const metadata: Record<string, string> = { filename: item.name, filetype: item.type, title: item.name.replace(/\.[^.]+$/, '') };
  if (item.wish.direction_id) metadata.direction_id = item.wish.direction_id;
  if (item.wish.both) metadata.platform = 'both';
  if (item.wish.tags) metadata.tags = item.wish.tags;
  return metadata;
}

function senderOf(item: UploadItem, file: File) {
  const { key, org } = item;
  let shown = 0;
  let last = { at: 0, sent: 0 };

  function progress(sent: number) {
    const now = Date.now();
    if (now - shown < SHOWN_MS && sent < item.size) return;
    const lately = last.at && now > last.at ? ((sent - last.sent) * 1000) / (now - last.at) : 0;
    const before = find(key)?.rate ?? 0;
    shown = now;
    last = { at: now, sent };
    change(key, { state: 'sending', error: null, sent, rate: before ? before * 0.8 + lately * 0.2 : lately });
  }

  const sender: Upload = new Upload(file, {
    endpoint: '/files',
    uploadUrl: item.url,
    metadata: metadataOf(item),
    retryDelays: RETRY_MS,
    storeFingerprintForResuming: false,
    onBeforeRequest(request) {
      if (orgNow() !== org) throw new ApiError({ status: 404 });
      request.setHeader('X-CSRF-Token', csrfToken());
    },
    onAfterResponse(request, response) {
      const status = response.getStatus();
      // The library would begin anew whatever the answer is; only an upload that is gone does.
      if (request.getMethod() === 'HEAD' && status >= 300 && status !== 404) throw new ApiError({ status });
    },
    onUploadUrlAvailable: () => change(key, { url: sender.url ? new URL(sender.url, location.href).pathname : null }),
    onProgress: progress,
    onShouldRetry(error) {
      const problem = problemOf(error);
      if (!passes(problem)) return false;
      last = { at: 0, sent: 0 };
      change(key, { state: 'waiting', error: problem, rate: 0 });
      return true;
    },
    onError(error) {
      change(key, { state: 'failed', error: problemOf(error), rate: 0 });
      next();
    },
    onSuccess: () => void arrived(key),
  });
  return sender;
}

async function arrived(key: string) {
  const item = find(key);
  let creative: string | null = null;
  try {
    if (item?.url) creative = (await get<{ creative_id: string | null }>(item.url)).creative_id;
  } catch {
    // it has arrived whatever became of this question; the list shows it
  }
  finish(key, creative);
}

function finish(key: string, creative_id: string | null) {
  const item = find(key);
  if (!item) return;
  files.delete(key);
  senders.delete(key);
  change(key, { state: 'done', sent: item.size, rate: 0, error: null, creative_id });
  void queries.invalidateQueries({ queryKey: ['creatives'] });
  next();
}

/** Three at a time. */
function next() {
  const busy = uploads.get().filter((item) => item.state === 'sending' || item.state === 'waiting').length;
  for (const item of uploads.get().filter((one) => one.state === 'queued').slice(0, Math.max(0, AT_ONCE - busy))) {
    const file = files.get(item.key);
    if (!file) continue;
    const sender = senders.get(item.key) ?? senderOf(item, file);
    senders.set(item.key, sender);
    change(item.key, { state: 'sending', error: null });
    sender.start();
  }
}

/* --- what people do --- */

const sameFile = (item: Noted, file: File) => item.name === file.name && item.size === file.size && item.modified === file.lastModified;

/** Gives files to the uploads that wait for them; what is left over is new. */
export function giveBack(chosen: File[]): File[] {
  const rest: File[] = [];
  for (const file of chosen) {
    const item = uploads.get().find((one) => one.state === 'lost' && sameFile(one, file));
    if (!item) {
      rest.push(file);
      continue;
    }
    files.set(item.key, file);
    change(item.key, { state: 'queued', error: null });
  }
  next();
  return rest;
}

export function isUnderWay(file: File) {
  return uploads.get().some((item) => item.state !== 'done' && sameFile(item, file));
}

export function addUploads(chosen: File[], wish: Wish) {
  const org = orgNow();
  const added = chosen
    .filter((file) => !isUnderWay(file))
    .map((file): UploadItem => {
      const key = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      files.set(key, file);
      const { name, size, type, lastModified: modified } = file;
      return { key, org, name, size, modified, type, wish, url: null, state: 'queued', sent: 0, rate: 0, error: null, creative_id: null };
    });
  uploads.set([...uploads.get(), ...added]);
  added.forEach(note);
  next();
}

export function pause(key: string) {
  void senders.get(key)?.abort();
  change(key, { state: 'paused', rate: 0, error: null });
  next();
}

export function resume(key: string) {
  change(key, { state: files.has(key) ? 'queued' : 'lost', error: null });
  next();
}

/** Not later by itself, but now. */
export function tryNow(key: string) {
  void senders.get(key)?.abort();
  resume(key);
}

/** Takes it back: the server forgets what it has of it. */
export async function cancel(key: string) {
  const item = find(key);
  if (!item) return;
  await senders.get(key)?.abort();
  const url = find(key)?.url;
  files.delete(key);
  senders.delete(key);
  uploads.set(uploads.get().filter((one) => one.key !== key));
  unnote(item);
  next();
  if (!url || item.state === 'done') return;
  await call('DELETE', url, undefined, { headers: { 'Tus-Resumable': '1.0.0' } }).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  });
}

/** Out of the list of those that have arrived. */
export function clearDone() {
  uploads.set(uploads.get().filter((item) => item.state !== 'done'));
}
