// tus-js-client in a process of its own, so that it can be killed:
//
//     node uploads_client.mjs '{"file":"..","endpoint":"..","key":"..","store":"..","metadata":{..}}'
//
// Uploads the file, going on with what the URL storage in file `store` remembers of it.  Prints a
// line of JSON for each: resumed (which URL), created (its URL), done (its URL), failed.
import { createReadStream } from "node:fs";
import tus from "tus-js-client";
import { FileUrlStorage } from "tus-js-client";

const { file, endpoint, key, store, metadata } = JSON.parse(process.argv[2]);
const say = (event, more = {}) => console.log(JSON.stringify({ event, ...more }));

const upload = new tus.Upload(createReadStream(file), {
  endpoint, metadata, retryDelays: [50, 100, 200, 400, 800, 800, 800],
  headers: { Authorization: `Bearer ${key}` },
  urlStorage: new FileUrlStorage(store),
  onUploadUrlAvailable: () => say("created", { url: upload.url }),
  onSuccess: () => say("done", { url: upload.url }),
  onError: (error) => {
    say("failed", { message: error.message });
    process.exitCode = 1;
  },
});
const [previous] = await upload.findPreviousUploads();
if (previous) {
  upload.resumeFromPreviousUpload(previous);
  say("resumed", { url: previous.uploadUrl });
}
upload.start();
