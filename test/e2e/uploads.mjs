// What the tests of resumable uploads share: requests written byte by byte, a slow line between
// client and server that can be cut, videos of any size, and a look at what is stored.
import net from "node:net";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "./harness.mjs";

export const version = ["Tus-Resumable", "1.0.0"];
export const bytesType = ["Content-Type", "application/offset+octet-stream"];
export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

// --- raw HTTP ---

// A request whose every byte is ours.  `headers` is a list of pairs, sent as they are; Host is
// added.  `send` and `close` go on with it, `answer` resolves {status, headers, text}, or null when
// the connection ended without one.  headers maps lower-case names to values joined by ", ".
export function begin(base, method, path, headers = [], body = "") {
  const { hostname, port, host } = new URL(base);
  const socket = net.connect(Number(port), hostname);
  socket.setNoDelay(true);
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  socket.write(Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), Buffer.from(body)]));
  let received = Buffer.alloc(0);
  const answer = new Promise((resolve) => {
    const done = (value) => {
      clearTimeout(timer);
      resolve(value);
    };
    const timer = setTimeout(() => done({ status: "none in 10 s", headers: {}, text: "" }), 10_000);
    const look = (over) => {
      const parsed = parse(received, method, over);
      if (parsed) {
        done(parsed);
        socket.destroy();
      } else if (over) done(null);
    };
    socket.on("data", (data) => {
      received = Buffer.concat([received, data]);
      look(false);
    });
    socket.on("error", () => {});
    socket.on("close", () => look(true));
  });
  return { socket, answer, send: (bytes) => socket.write(bytes), close: () => socket.destroy() };
}

function parse(bytes, method, over) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first, ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(first.split(" ")[1]);
  if (status === 100) return parse(bytes.subarray(end + 4), method, over);
  const headers = {};
  for (const line of lines) {
    const at = line.indexOf(":");
    const name = line.slice(0, at).toLowerCase();
    const value = line.slice(at + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  const rest = bytes.subarray(end + 4);
  const none = method === "HEAD" || status === 204 || status === 304;
  const length = headers["content-length"];
  const complete = none || over || (length === undefined
    ? rest.toString("latin1").endsWith("0\r\n\r\n") : rest.length >= Number(length));
  return complete ? { status, headers, text: rest.toString() } : null;
}

export async function exchange(base, method, path, headers = [], body = undefined) {
  const list = [...headers];
  const told = list.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  if (!told && (body !== undefined || !/^(GET|HEAD|OPTIONS|DELETE)$/.test(method)))
    list.push(["Content-Length", Buffer.from(body ?? "").length]);
  return begin(base, method, path, list, body ?? "").answer;
}

// --- a slow line ---

// A TCP proxy that lets through `rate` bytes a second from client to server.  `target` may change
// while it runs (a server that came back on another port), `cut` breaks every connection, and
// `passed` counts what went to the server.
export async function slowLine(t, target, { rate = Infinity } = {}) {
  const open = new Set();
  const line = {
    target, rate, passed: 0,
    cut() {
      for (const socket of open) socket.destroy();
    },
  };
  const server = net.createServer((client) => {
    const { hostname, port } = new URL(line.target);
    const upstream = net.connect(Number(port), hostname);
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      open.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
    upstream.on("data", (data) => client.write(data));
    client.on("data", (data) => {
      line.passed += data.length;
      const taken = upstream.write(data);
      if (line.rate === Infinity && taken) return;
      client.pause();
      const wait = line.rate === Infinity ? 0 : (data.length * 1000) / line.rate;
      setTimeout(() => (upstream.writableNeedDrain ? upstream.once("drain", () => client.resume()) : client.resume()), wait);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  line.base = `http://127.0.0.1:${server.address().port}`;
  t.after(() => {
    server.close();
    line.cut();
  });
  return line;
}

// --- videos ---

const clip = readFileSync(join(root, "demo", "trial-lesson.mp4"));

// A playable MP4 of exactly this size, like no other: a box that players skip is filled with noise.
export function video(size) {
  const box = Buffer.alloc(8);
  box.writeUInt32BE(size - clip.length, 0);
  box.write("free", 4, "latin1");
  return Buffer.concat([clip, box, randomBytes(size - clip.length - 8)]);
}

// The SHA-256 of every file of this size below a folder.
export function storedHashes(folder, size) {
  const hashes = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) hashes.push(...storedHashes(path, size));
    else if (statSync(path, { throwIfNoEntry: false })?.size === size) hashes.push(sha256(readFileSync(path)));
  }
  return hashes;
}

export const metadata = (pairs) => Object.entries(pairs)
  .map(([key, value]) => `${key} ${Buffer.from(String(value)).toString("base64")}`).join(",");
