/*
|--------------------------------------------------------------------------
| JavaScript entrypoint for running ace commands
|--------------------------------------------------------------------------
|
| The production build replaces this file. In development it registers the
| hook that lets Node load TypeScript, then starts the console.
|
*/

import './pinned_node.js'

await import('@poppinss/ts-exec')
await import('./bin/console.js')
