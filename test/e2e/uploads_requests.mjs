// Odd requests to a resumable-upload server, as one script that any server can be asked:
//
//   for (const [name, script] of Object.entries(requests)) await script(side);
//
// `side` offers
//   ask(method, place, headers, body)   one raw request below the upload endpoint, recorded; gives its answer
//   create(headers)                     a new upload of ten bytes (unless told otherwise); gives its place
//   hold(place, headers, half)          a PATCH that stops after `half`; not recorded; gives the handle
//   expire(place)                       the upload's time runs out
// A place is what follows /files: "" or "/some-id".
import { createHash } from "node:crypto";
import { bytesType, metadata, version } from "./uploads.mjs";

// What both servers are told to allow at most.
export const largest = 500 * 1024 * 1024;

const ten = "0123456789";
const length = (value) => ["Upload-Length", value];
const offset = (value) => ["Upload-Offset", value];
const told = (value) => ["Upload-Metadata", value];
const origin = ["Origin", "https://ads.example.com"];
const checksum = (algorithm, bytes) =>
  ["Upload-Checksum", `${algorithm} ${createHash(algorithm).update(bytes).digest("base64")}`];
const patch = (side, place, at, body, more = []) =>
  side.ask("PATCH", place, [version, bytesType, offset(at), ...more], body);
// A refused creation left nothing to look at.
const head = (side, place, headers = [version]) => place === undefined ? null : side.ask("HEAD", place, headers);

// A creation with these headers, and whether the upload is there afterwards.
const creation = (...headers) => async (side) => {
  await side.ask("POST", "", [version, ...headers]);
};
// A PATCH with these headers to a fresh upload of ten bytes, and the offset it left.
const patching = (headers, body = ten) => async (side) => {
  const place = await side.create();
  await side.ask("PATCH", place, headers, body);
  await head(side, place);
};
// A request for an upload that cannot be.
const unknown = (place) => async (side) => {
  await head(side, place);
  await patch(side, place, 0, ten);
};

export const requests = {
  // --- version ---
  "version missing on POST": async (side) => { await side.ask("POST", "", [length(10)]); },
  "version missing on HEAD": async (side) => { await head(side, await side.create(), []); },
  "version missing on PATCH": patching([bytesType, offset(0)]),
  "version missing on DELETE": async (side) => {
    const place = await side.create();
    await side.ask("DELETE", place);
    await head(side, place);
  },
  "version 0.2.2": async (side) => { await side.ask("POST", "", [["Tus-Resumable", "0.2.2"], length(10)]); },
  "version 1.0": async (side) => { await side.ask("POST", "", [["Tus-Resumable", "1.0"], length(10)]); },
  "version twice": async (side) => { await side.ask("POST", "", [version, version, length(10)]); },
  "version empty": async (side) => { await side.ask("POST", "", [["Tus-Resumable", ""], length(10)]); },
  "version wrong on PATCH": patching([["Tus-Resumable", "2.0.0"], bytesType, offset(0)]),

  // --- OPTIONS and CORS ---
  "OPTIONS": async (side) => { await side.ask("OPTIONS", ""); },
  "OPTIONS of an upload": async (side) => { await side.ask("OPTIONS", await side.create()); },
  "OPTIONS with a wrong version": async (side) => { await side.ask("OPTIONS", "", [["Tus-Resumable", "9"]]); },
  "preflight of POST": async (side) => {
    await side.ask("OPTIONS", "", [origin, ["Access-Control-Request-Method", "POST"],
      ["Access-Control-Request-Headers", "authorization,tus-resumable,upload-length,upload-metadata"]]);
  },
  "preflight of PATCH": async (side) => {
    await side.ask("OPTIONS", await side.create(), [origin, ["Access-Control-Request-Method", "PATCH"],
      ["Access-Control-Request-Headers", "authorization,content-type,tus-resumable,upload-offset"]]);
  },
  "preflight from a foreign site": async (side) => {
    await side.ask("OPTIONS", "", [["Origin", "https://evil.example.net"], ["Access-Control-Request-Method", "POST"]]);
  },
  "POST with an origin": creation(origin, length(10)),
  "HEAD with an origin": async (side) => { await head(side, await side.create(), [version, origin]); },
  "error with an origin": creation(origin, length(-1)),
  "unknown with an origin": async (side) => { await head(side, "/00000000000000000000000000000000", [version, origin]); },
  "POST from a foreign site": creation(["Origin", "https://evil.example.net"], length(10)),
  "origin null": creation(["Origin", "null"], length(10)),

  // --- methods ---
  "PATCH by POST with an override": async (side) => {
    const place = await side.create();
    await side.ask("POST", place, [version, bytesType, offset(0), ["X-HTTP-Method-Override", "PATCH"]], ten);
    await head(side, place);
  },
  "override in small letters": async (side) => {
    const place = await side.create();
    await side.ask("POST", place, [version, bytesType, offset(0), ["X-HTTP-Method-Override", "patch"]], ten);
    await head(side, place);
  },
  "DELETE by POST with an override": async (side) => {
    const place = await side.create();
    await side.ask("POST", place, [version, ["X-HTTP-Method-Override", "DELETE"]]);
    await head(side, place);
  },
  "HEAD by GET with an override": async (side) => {
    await side.ask("GET", await side.create(), [version, ["X-HTTP-Method-Override", "HEAD"]]);
  },
  "override to nonsense": async (side) => {
    await side.ask("POST", await side.create(), [version, ["X-HTTP-Method-Override", "BREW"]]);
  },
  "override empty": async (side) => {
    await side.ask("POST", "", [version, length(10), ["X-HTTP-Method-Override", ""]]);
  },
  "PUT": async (side) => { await side.ask("PUT", await side.create(), [version, bytesType, offset(0)], ten); },
  "POST to an upload": async (side) => { await side.ask("POST", await side.create(), [version, length(10)]); },
  "PATCH of the collection": async (side) => { await patch(side, "", 0, ten); },
  "HEAD of the collection": async (side) => { await head(side, ""); },
  "DELETE of the collection": async (side) => { await side.ask("DELETE", "", [version]); },

  // --- lengths ---
  "length missing": creation(),
  "length 10": creation(length(10)),
  "length 0": async (side) => {
    const made = await side.ask("POST", "", [version, length(0)]);
    await head(side, side.placeOf(made));
  },
  "length -1": creation(length("-1")),
  "length -0": creation(length("-0")),
  "length +10": creation(length("+10")),
  "length hex": creation(length("0x10")),
  "length octal": creation(length("010")),
  "length fraction": creation(length("10.5")),
  "length exponent": creation(length("1e3")),
  "length word": creation(length("ten")),
  "length empty": creation(length("")),
  "length with spaces inside": creation(length("1 0")),
  "length with spaces around": creation(length("  10  ")),
  "length beyond the limit": creation(length(String(largest + 1))),
  "length at the limit": creation(length(String(largest))),
  "length 2^53": creation(length("9007199254740992")),
  "length 2^63": creation(length("9223372036854775808")),
  "length 2^64": creation(length("18446744073709551616")),
  "length of 400 digits": creation(length("9".repeat(400))),
  "length twice the same": creation(length(10), length(10)),
  "length twice": creation(length(10), length(20)),
  "length with a list": creation(length("10, 10")),

  // --- deferred length ---
  "deferred": async (side) => {
    const place = await side.create([["Upload-Defer-Length", "1"]]);
    await head(side, place);
    await patch(side, place, 0, "01234");
    await patch(side, place, 5, "56789", [length(10)]);
    await head(side, place);
  },
  "deferred, told early": async (side) => {
    const place = await side.create([["Upload-Defer-Length", "1"]]);
    await patch(side, place, 0, "01234", [length(10)]);
    await head(side, place);
  },
  "deferred and a length": creation(length(10), ["Upload-Defer-Length", "1"]),
  "deferred 0": creation(["Upload-Defer-Length", "0"]),
  "deferred 2": creation(["Upload-Defer-Length", "2"]),
  "deferred true": creation(["Upload-Defer-Length", "true"]),
  "deferred, told twice the same": async (side) => {
    const place = await side.create([["Upload-Defer-Length", "1"]]);
    await patch(side, place, 0, "01234", [length(10)]);
    await patch(side, place, 5, "56", [length(10)]);
    await head(side, place);
  },
  "deferred, changed later": async (side) => {
    const place = await side.create([["Upload-Defer-Length", "1"]]);
    await patch(side, place, 0, "01234", [length(10)]);
    await patch(side, place, 5, "56", [length(12)]);
    await head(side, place);
  },
  "deferred, told too small": async (side) => {
    const place = await side.create([["Upload-Defer-Length", "1"]]);
    await patch(side, place, 0, "01234");
    await patch(side, place, 5, "", [length(3)]);
    await head(side, place);
  },
  "deferred, told beyond the limit": async (side) => {
    const place = await side.create([["Upload-Defer-Length", "1"]]);
    await patch(side, place, 0, "01234", [length(String(largest + 1))]);
    await head(side, place);
  },
  "deferred, told smaller than the body": async (side) => {
    const place = await side.create([["Upload-Defer-Length", "1"]]);
    await patch(side, place, 0, ten, [length(4)]);
    await head(side, place);
  },
  "a length in the PATCH of a known length": patching([version, bytesType, offset(0), length(10)]),
  "another length in the PATCH of a known length": patching([version, bytesType, offset(0), length(12)]),

  // --- metadata ---
  "metadata of every kind": async (side) => {
    const place = await side.create([length(10), told(`${metadata({ filename: "клип 1.mp4", filetype: "video/mp4" })},relativePath`)]);
    await head(side, place);
  },
  "metadata empty": creation(length(10), told("")),
  "metadata of one space": creation(length(10), told(" ")),
  "metadata without a key": creation(length(10), told(" bmFtZQ==")),
  "metadata key without a value": creation(length(10), told("is_confidential")),
  "metadata key and one space": creation(length(10), told("is_confidential ")),
  "metadata twice the same key": creation(length(10), told("filename YS5tcDQ=,filename Yg==")),
  "metadata not Base64": creation(length(10), told("filename ***")),
  "metadata unpadded": creation(length(10), told("filename YS5tcDQ")),
  "metadata padded too much": creation(length(10), told("filename YS5tcDQ===")),
  "metadata of the URL alphabet": creation(length(10), told("filename _-8ubXA0")),
  "metadata with three words": creation(length(10), told("filename YS5tcDQ= Yg==")),
  "metadata with an empty pair": creation(length(10), told("filename YS5tcDQ=,,title Yg==")),
  "metadata with a last comma": creation(length(10), told("filename YS5tcDQ=,")),
  "metadata with spaces after commas": creation(length(10), told("filename YS5tcDQ=, title Yg==")),
  "metadata with a tab": creation(length(10), told("filename\tYS5tcDQ=")),
  "metadata key of other letters": creation(length(10), told("n\u00e4me YS5tcDQ=")),
  "metadata value that is not UTF-8": creation(length(10), told("filename //79Lm1wNA==")),
  "metadata value with a zero byte": creation(length(10), told("filename YQBiLm1wNA==")),
  "metadata name that climbs": creation(length(10), told(metadata({ filename: "../../etc/passwd.mp4" }))),
  "metadata twice as headers": creation(length(10), told("filename YS5tcDQ="), told("title Yg==")),
  "metadata of 3,000 characters": creation(length(10), told(metadata({ filename: `${"a".repeat(190)}.mp4`, note: "b".repeat(2000) }))),

  // --- content types ---
  "type missing": patching([version, offset(0)]),
  "type of bytes": patching([version, ["Content-Type", "application/octet-stream"], offset(0)]),
  "type with a parameter": patching([version, ["Content-Type", "application/offset+octet-stream; charset=utf-8"], offset(0)]),
  "type in capitals": patching([version, ["Content-Type", "Application/Offset+Octet-Stream"], offset(0)]),
  "type of a form": patching([version, ["Content-Type", "application/x-www-form-urlencoded"], offset(0)]),
  "type of another kind on POST": async (side) => {
    const made = await side.ask("POST", "", [version, length(10), ["Content-Type", "text/plain"]], "01234");
    await head(side, side.placeOf(made));
  },

  // --- offsets ---
  "offset missing": patching([version, bytesType]),
  "offset ahead": patching([version, bytesType, offset(5)]),
  "offset beyond the length": patching([version, bytesType, offset(11)]),
  "offset stale": async (side) => {
    const place = await side.create();
    await patch(side, place, 0, "01234");
    await patch(side, place, 0, "01234");
    await patch(side, place, 3, "34567");
    await head(side, place);
  },
  "offset -1": patching([version, bytesType, offset("-1")]),
  "offset +0": patching([version, bytesType, offset("+0")]),
  "offset 00": patching([version, bytesType, offset("00")]),
  "offset hex": patching([version, bytesType, offset("0x0")]),
  "offset empty": patching([version, bytesType, offset("")]),
  "offset word": patching([version, bytesType, offset("start")]),
  "offset with a space inside": patching([version, bytesType, offset("0 0")]),
  "offset twice the same": patching([version, bytesType, offset(0), offset(0)]),
  "offset twice": patching([version, bytesType, offset(0), offset(5)]),
  "offset 2^64": patching([version, bytesType, offset("18446744073709551616")]),

  // --- bodies ---
  "body whole": patching([version, bytesType, offset(0)]),
  "body in parts": async (side) => {
    const place = await side.create();
    for (const [at, part] of [[0, "012"], [3, "3456"], [7, "789"]]) await patch(side, place, at, part);
    await head(side, place);
  },
  "body in HTTP chunks": patching([version, bytesType, offset(0), ["Transfer-Encoding", "chunked"]],
    "4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n"),
  "body empty": patching([version, bytesType, offset(0)], ""),
  "body longer than the upload": patching([version, bytesType, offset(0)], `${ten}ab`),
  "body longer, in HTTP chunks": patching([version, bytesType, offset(0), ["Transfer-Encoding", "chunked"]],
    "4\r\n0123\r\n8\r\n456789ab\r\n0\r\n\r\n"),
  "body cut short by the client": async (side) => {
    const place = await side.create();
    const held = await side.hold(place, [version, bytesType, offset(0), ["Content-Length", 10]], "01234");
    await side.settle(place, 5);
    held.close();
    await head(side, place);
    await patch(side, place, 5, "56789");
  },
  "creation with a body": async (side) => {
    const made = await side.ask("POST", "", [version, bytesType, length(10)], "01234");
    await head(side, side.placeOf(made));
  },
  "creation with the whole body": async (side) => {
    const made = await side.ask("POST", "", [version, bytesType, length(10)], ten);
    await head(side, side.placeOf(made));
  },
  "creation with too much body": creationWith([length(10)], `${ten}ab`),
  "creation with a body of deferred length": creationWith([["Upload-Defer-Length", "1"]], "01234"),
  "creation with an offset": async (side) => {
    const made = await side.ask("POST", "", [version, bytesType, length(10), offset(3)], "01234");
    await head(side, side.placeOf(made));
  },

  // --- after the end ---
  "PATCH after the end": async (side) => {
    const place = await side.create();
    await patch(side, place, 0, ten);
    await patch(side, place, 10, "");
    await patch(side, place, 10, "x");
    await patch(side, place, 0, ten);
    await head(side, place);
  },
  "DELETE after the end": async (side) => {
    const place = await side.create();
    await patch(side, place, 0, ten);
    await side.ask("DELETE", place, [version]);
    await head(side, place);
  },

  // --- two at once ---
  "PATCH while another holds the upload": async (side) => {
    const place = await side.create();
    const held = await side.hold(place, [version, bytesType, offset(0), ["Content-Length", 10]], "01234");
    await side.settle(place, 5);
    await patch(side, place, 0, ten);
    await patch(side, place, 5, "56789");
    await head(side, place);
    held.close();
  },
  "HEAD while another holds the upload": async (side) => {
    const place = await side.create();
    const held = await side.hold(place, [version, bytesType, offset(0), ["Content-Length", 10]], "01234");
    await side.settle(place, 5);
    await head(side, place);
    await patch(side, place, 5, "56789");
    held.close();
  },
  "DELETE while another holds the upload": async (side) => {
    const place = await side.create();
    const held = await side.hold(place, [version, bytesType, offset(0), ["Content-Length", 10]], "01234");
    await side.settle(place, 5);
    await side.ask("DELETE", place, [version]);
    await head(side, place);
    held.close();
  },

  // --- ending an upload ---
  "DELETE twice": async (side) => {
    const place = await side.create();
    await side.ask("DELETE", place, [version]);
    await side.ask("DELETE", place, [version]);
    await patch(side, place, 0, ten);
  },
  "expired": async (side) => {
    const place = await side.create();
    await side.expire(place);
    await head(side, place);
    await patch(side, place, 0, ten);
    await side.ask("DELETE", place, [version]);
  },

  // --- ids ---
  "id unknown": unknown("/00000000000000000000000000000000"),
  "id short": unknown("/0"),
  "id empty": unknown("/"),
  "id in capitals": async (side) => { await head(side, (await side.create()).toUpperCase()); },
  "id with a slash after it": async (side) => { await head(side, `${await side.create()}/`); },
  "id with a query": async (side) => { await head(side, `${await side.create()}?x=1`); },
  "id with a suffix": async (side) => { await head(side, `${await side.create()}.json`); },
  "id ..": unknown("/.."),
  "id ../../etc/passwd": unknown("/../../etc/passwd"),
  "id %2e%2e%2f": unknown("/%2e%2e%2fetc%2fpasswd"),
  "id ..%5c": unknown("/..%5c..%5cpasswd"),
  "id a/b": unknown("/a/b"),
  "id a%2fb": unknown("/a%2fb"),
  "id with %00": unknown("/0000000000000000%00"),
  "id with a broken escape": unknown("/%zz"),
  "id of 5,000 letters": unknown(`/${"a".repeat(5000)}`),
  "GET of a fresh upload": async (side) => { await side.ask("GET", await side.create(), [version]); },

  // --- checksums ---
  "checksum right by sha1": patching([version, bytesType, offset(0), checksum("sha1", ten)]),
  "checksum right by sha256": patching([version, bytesType, offset(0), checksum("sha256", ten)]),
  "checksum right by md5": patching([version, bytesType, offset(0), checksum("md5", ten)]),
  "checksum wrong by sha1": patching([version, bytesType, offset(0), checksum("sha1", "others")]),
  "checksum wrong by sha256": patching([version, bytesType, offset(0), checksum("sha256", "others")]),
  "checksum wrong of a part": async (side) => {
    const place = await side.create();
    await patch(side, place, 0, "01234");
    await patch(side, place, 5, "56789", [checksum("sha1", "other")]);
    await head(side, place);
  },
  "checksum of an unknown kind": patching([version, bytesType, offset(0), ["Upload-Checksum", "crc32 AAAAAA=="]]),
  "checksum without a value": patching([version, bytesType, offset(0), ["Upload-Checksum", "sha1"]]),
  "checksum empty": patching([version, bytesType, offset(0), ["Upload-Checksum", ""]]),
  "checksum of wrong length": patching([version, bytesType, offset(0), ["Upload-Checksum", "sha1 AAAA"]]),
  "checksum not Base64": patching([version, bytesType, offset(0), ["Upload-Checksum", "sha1 ****************************"]]),
  "checksum wrong on creation": creationWith([length(10), checksum("sha1", "others")], ten),
  "checksum in a trailer": patching([version, bytesType, offset(0), ["Transfer-Encoding", "chunked"], ["Trailer", "Upload-Checksum"]],
    `a\r\n${ten}\r\n0\r\nUpload-Checksum: sha1 ${createHash("sha1").update(ten).digest("base64")}\r\n\r\n`),

  // --- joining parts ---
  "concat partial": creation(length(10), ["Upload-Concat", "partial"]),
  "concat final": async (side) => {
    const place = await side.create();
    await side.ask("POST", "", [version, ["Upload-Concat", `final;/files${place} /files${place}`]]);
  },
  "concat nonsense": creation(length(10), ["Upload-Concat", "whole"]),
};

function creationWith(headers, body) {
  return async (side) => {
    const made = await side.ask("POST", "", [version, bytesType, ...headers], body);
    await head(side, side.placeOf(made));
  };
}
