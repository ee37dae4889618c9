// tus-js-client: one file, one PATCH.  Prints {"seconds":..} from start to success.
//
//     node client.mjs PORT FILE KEY
import { createReadStream } from 'node:fs'
import tus from 'tus-js-client'

const [port, file, key] = process.argv.slice(2)
const began = process.hrtime.bigint()
const upload = new tus.Upload(createReadStream(file), {
  endpoint: `http://127.0.0.1:${port}/files`,
  headers: { Authorization: `Bearer ${key}` },
  metadata: { filename: 'bench.mp4', filetype: 'video/mp4', title: 'Bench' },
  retryDelays: null,
  onError (error) {
    console.error(error.message)
    process.exitCode = 1
  },
  onSuccess () {
    console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - began) / 1e9 }))
  }
})
upload.start()
