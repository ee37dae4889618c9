// Leads in a storm: signed webhooks of TikTok and Facebook and forms of a site, at a rate that does
// not wait for the server.  What is not acknowledged is sent again, as they all do; what is
// acknowledged is never sent again, except for a share of duplicates.
import net from "node:net";
import { createHmac } from "node:crypto";

const CONNECTIONS = 48;
const SITE_EVERY = 10, MANY_EVERY = 12, DUPLICATE_EVERY = 15, LATE_EVERY = 20;
const LATE_MS = 2000;
export const FACEBOOK_EVERY = 25;

export class Storm {
  // `facebook`: {secret, page, form, ids}, the ids of leads that are there and nobody has told of.
  constructor({ random, secret, advertiser, page, org, key, facebook, address, now }) {
    Object.assign(this, { random, secret, advertiser, page, org, key, facebook, address, now });
    this.serial = 0;
    this.queue = [];
    this.late = [];
    this.idle = [];
    this.made = new Set();         // ids of leads, as our API shows them
    this.acknowledged = new Set();
    this.counts = { requests: 0, acknowledged: 0, repeated: 0, refused: 0, cut: 0, duplicates: 0, reordered: 0 };
    this.underWay = 0;
    this.closed = false;
    for (let i = 0; i < CONNECTIONS; i++) this.idle.push({ socket: null, text: "", letter: null });
  }

  // --- letters ------------------------------------------------------------------------------

  phone(n) { return `+7701${String(n).padStart(7, "0")}`; }

  entry(n) {
    const seconds = Math.floor(this.now() / 1000) - (n % 3);
    const id = (7_300_000_000_000_000_000n + BigInt(n)).toString(); // above 2^53
    this.made.add(id);
    const text = JSON.stringify({ id: "@", lead_source: "INSTANT_FORM", page_id: this.page, advertiser_id: this.advertiser,
      campaign_id: "1790000000000000001", ad_id: "1790000000000000003", create_time: seconds, changes: [
        { field: "name", value: n % 2 ? `Айгүл ${n}` : `عائشة ${n}` }, { field: "phone_number", value: this.phone(n) },
        { field: "email", value: `lead${n}@example.com` }, { field: "comment", value: "x".repeat(300) }] });
    // every fourth id is a JSON number, as one of the documented shapes has it
    return { id, text: text.replace('"@"', n % 4 ? `"${id}"` : id) };
  }

  webhook(size) {
    const entries = Array.from({ length: size }, () => this.entry(this.serial++));
    const rest = `"object":1,"time":${Math.floor(this.now() / 1000)},"entry":[${entries.map((one) => one.text)}]}`;
    return { ids: entries.map((one) => one.id), make: (attempt) => {
      let body = `{"request_id":"${entries[0].id}-${attempt}",${rest}`;
      let signed = body;
      if (attempt % 2 || entries[0].id.endsWith("7")) // TikTok signs the escaped body, and may send either
        signed = body.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
      if (attempt % 2) body = signed;
      const mac = createHmac("sha256", this.secret).update(signed).digest("hex");
      return this.request("/tiktok/webhook", "application/json", body, `X-Open-Signature: ${mac}\r\n`);
    } };
  }

  site() {
    const n = this.serial++, tranid = `${n}:${n * 7919}`;
    const id = `site:form-1:${tranid}`;
    this.made.add(id);
    const body = new URLSearchParams({ formid: "form-1", tranid, Name: `Ержан ${n}`, Phone: this.phone(n),
      Email: `lead${n}@example.com`, utm_source: "tiktok" }).toString();
    return { ids: [id], make: () => this.request(`/api/leads/${this.org}/${this.key}`,
      "application/x-www-form-urlencoded", body, "Referer: https://school.example/trial\r\n") };
  }

  // Facebook tells the id alone; what the form holds is read from it.
  notice() {
    const id = this.facebook.ids.shift();
    this.serial++;
    this.made.add(id);
    const body = JSON.stringify({ object: "page", entry: [{ id: this.facebook.page, time: Math.floor(this.now() / 1000), changes: [{ field: "leadgen",
      value: { leadgen_id: id, page_id: this.facebook.page, form_id: this.facebook.form, created_time: Math.floor(this.now() / 1000) } }] }] });
    const mac = createHmac("sha256", this.facebook.secret).update(body).digest("hex");
    return { ids: [id], make: () => this.request("/facebook/webhook", "application/json", body, `X-Hub-Signature-256: sha256=${mac}\r\n`) };
  }

  request(path, type, body, headers) {
    return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n${headers}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  }

  letter() {
    const many = this.serial % MANY_EVERY === 5;
    const letter = this.serial % SITE_EVERY === 3 ? this.site()
      : this.serial % FACEBOOK_EVERY === 11 && this.facebook.ids.length ? this.notice() : this.webhook(many ? 3 : 1);
    letter.attempt = 0;
    return letter;
  }

  // --- sending ------------------------------------------------------------------------------

  // `rate` leads a second for so long; resolves when the last is written down to be sent.
  async blow(rate, seconds) {
    const began = performance.now();
    for (;;) {
      const passed = (performance.now() - began) / 1000;
      const due = Math.floor(rate * Math.min(passed, seconds));
      while (this.serial < due) {
        const letter = this.letter();
        if (this.random() < 1 / LATE_EVERY) {
          this.counts.reordered++;
          this.later(letter, this.random() * LATE_MS);
        } else this.queue.push(letter);
      }
      if (passed >= seconds) while (this.facebook.ids.length) this.queue.push({ ...this.notice(), attempt: 0 });
      this.push();
      if (passed >= seconds) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  get pending() { return this.queue.length + this.late.length + this.underWay; }

  later(letter, ms) {
    this.late.push(letter);
    setTimeout(() => {
      this.late.splice(this.late.indexOf(letter), 1);
      this.queue.push(letter);
      this.push();
    }, ms);
  }

  push() {
    const address = this.address();
    while (address && this.queue.length && this.idle.length) this.send(this.idle.pop(), this.queue.shift(), address);
  }

  send(line, letter, address) {
    this.underWay++;
    this.counts.requests++;
    line.letter = letter;
    line.text = "";
    if (!line.socket) {
      const { hostname, port } = new URL(address);
      const socket = net.connect(Number(port), hostname);
      socket.setNoDelay(true);
      socket.setEncoding("latin1");
      socket.on("data", (data) => this.read(line, data));
      socket.on("error", () => {});
      socket.on("close", () => this.cut(line, socket));
      line.socket = socket;
    }
    line.socket.write(letter.make(letter.attempt));
  }

  read(line, data) {
    line.text += data;
    const head = line.text.indexOf("\r\n\r\n");
    if (head < 0 || !line.letter) return;
    const length = Number(/content-length: (\d+)/i.exec(line.text)?.[1] ?? 0);
    if (line.text.length < head + 4 + length) return;
    const status = Number(line.text.slice(9, 12));
    const letter = line.letter;
    if (/connection: close/i.test(line.text)) line.socket.end();
    this.free(line);
    if (status === 200) this.done(letter);
    else {
      this.counts.refused++;
      this.lastRefusal = line.text.slice(0, 400);
      this.again(letter);
    }
    this.push();
  }

  cut(line, socket) {
    if (line.socket !== socket) return;
    line.socket = null;
    if (!line.letter) return;
    const letter = line.letter;
    this.counts.cut++;
    this.free(line);
    this.again(letter);
  }

  free(line) {
    line.letter = null;
    this.underWay--;
    this.idle.push(line);
  }

  again(letter) {
    letter.attempt++;
    this.counts.repeated++;
    this.later(letter, 50 + this.random() * 100);
  }

  done(letter) {
    this.counts.acknowledged++;
    const first = !this.acknowledged.has(letter.ids[0]);
    for (const id of letter.ids) this.acknowledged.add(id);
    if (first && this.random() < 1 / DUPLICATE_EVERY) {
      this.counts.duplicates++;
      letter.attempt++;
      this.later(letter, this.random() * LATE_MS);
    }
  }

  close() { for (const line of this.idle) line.socket?.destroy(); }
}
