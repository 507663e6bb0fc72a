import { defineConfig } from '@adonisjs/core/bodyparser'

/** The API takes JSON. Larger or other bodies are of no use to it, and are not kept anywhere. */
const bodyParserConfig = defineConfig({
  allowedMethods: ['POST', 'PUT', 'PATCH', 'DELETE'],

  json: {
    limit: '64kb',
    types: ['application/json'],
    convertEmptyStringsToNull: true,

    /** A text message is sent as it was given. */
    trimWhitespaces: false,
  },

  form: { types: [] },

  /** Read by the token endpoint alone, which RFC 6749 §3.2 gives forms. Elsewhere it is no body. */
  raw: { types: ['application/x-www-form-urlencoded'], limit: '64kb' },
  multipart: { types: [], autoProcess: false },
})

export default bodyParserConfig
