// The peer: npm's @tus/server with its file store, nothing else.
//
//     node peer.mjs PORT FOLDER
import http from 'node:http'
import { Server } from '@tus/server'
import { FileStore } from '@tus/file-store'

const [port, directory] = process.argv.slice(2)
const server = new Server({ path: '/files', datastore: new FileStore({ directory }), relativeLocation: true })
http.createServer(server.handle.bind(server)).listen(Number(port), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
