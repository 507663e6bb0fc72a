/*
|--------------------------------------------------------------------------
| Errors that nobody catches
|--------------------------------------------------------------------------
|
| Loaded into a gateway by `--import`: signals make it throw, with a text that
| must not be seen anywhere.
|
*/

const error = () => new TypeError('canary-of-a-foreign-text')

process.on('SIGUSR2', () => {
  throw error()
})
process.on('SIGHUP', () => void Promise.reject(error()))
